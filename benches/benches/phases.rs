//! How long the phases take, in memory: `cargo bench -p fleetc-benches`.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use fleetc::{InMemory, Input, Tree, Way};
use fleetc_benches::Size;

fn phases(criterion: &mut Criterion) {
    let mut files: InMemory = Size::of(10_000).files().into_iter().collect();
    let text = String::from_utf8(fleetc::Files::read(&files, "fleet.toml").expect("it is there"))
        .expect("it is text");
    files.insert("fleet.toml", "");
    let input = Input::new(&text, &files);
    let tree = fleetc::compile(&input).output.expect("it has no mistakes").tree;
    let mut group = criterion.benchmark_group("phases");
    group.sample_size(10).throughput(Throughput::Elements(tree.object_count() as u64));
    group.bench_function("resolve", |it| it.iter(|| fleetc::resolve(&input)));
    group.bench_function("compile", |it| {
        it.iter(|| fleetc::compile_into(&input, &Way::into(&drop)));
    });
    group.bench_function("write as YAML", |it| it.iter(|| tree.to_stream()));
    group.bench_function("drop", |it| it.iter_batched(|| again(&input), drop, BatchSize::PerIteration));
    group.finish();
}

fn again(input: &Input<'_>) -> Tree {
    fleetc::compile(input).output.expect("it has no mistakes").tree
}

criterion_group!(benches, phases);
criterion_main!(benches);
