//! Expressions, read from their text.

/// How deep brackets may be, how many operators and functions there may be, and how long the text.
const DEEPEST: usize = 40;
const MOST_OPERATORS: usize = 200;
const LONGEST: usize = 5_000;

/// An expression.
#[derive(Debug)]
pub(super) enum Expression {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    Name(String),
    List(Vec<Expression>),
    /// A field of something.
    Field(Box<Expression>, String),
    /// An item of a list, or a value of a map.
    Index(Box<Expression>, Box<Expression>),
    /// Whether a field is there.
    Has(Box<Expression>, String),
    /// A function of something, or of nothing.
    Call(Option<Box<Expression>>, String, Vec<Expression>),
    Not(Box<Expression>),
    Minus(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    If(Box<Expression>, Box<Expression>, Box<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    In,
    Plus,
    Minus,
}

/// The expression, if all of it is known here, and it does not ask for what was there before.
pub(super) fn read(text: &str) -> Option<Expression> {
    if text.len() > LONGEST || text.contains("oldSelf") {
        return None;
    }
    let mut reader = Reader { rest: text, depth: 0, operators: 0 };
    let expression = reader.choice()?;
    reader.skip_space();
    reader.rest.is_empty().then_some(expression)
}

struct Reader<'t> {
    rest: &'t str,
    depth: usize,
    operators: usize,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Whether the next is that; goes over it.
    fn takes(&mut self, text: &str) -> bool {
        self.skip_space();
        let Some(rest) = self.rest.strip_prefix(text) else { return false };
        let is_word = text.ends_with(|c: char| c.is_ascii_alphanumeric());
        if is_word && rest.starts_with(is_of_name) {
            return false;
        }
        self.rest = rest;
        true
    }

    fn expects(&mut self, text: &str) -> Option<()> {
        self.takes(text).then_some(())
    }

    /// Something one level deeper.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth == DEEPEST {
            return None;
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        found
    }

    /// `condition ? one : other`.
    fn choice(&mut self) -> Option<Expression> {
        self.deeper(|reader| {
            let condition = reader.binary(0)?;
            if !reader.takes("?") {
                return Some(condition);
            }
            let one = reader.choice()?;
            reader.expects(":")?;
            let other = reader.choice()?;
            Some(Expression::If(Box::new(condition), Box::new(one), Box::new(other)))
        })
    }

    /// Operators of this level, and of those that bind closer.
    fn binary(&mut self, level: usize) -> Option<Expression> {
        const LEVELS: [&[(&str, Operator)]; 4] = [
            &[("||", Operator::Or)],
            &[("&&", Operator::And)],
            &[
                ("==", Operator::Equal),
                ("!=", Operator::NotEqual),
                ("<=", Operator::LessOrEqual),
                (">=", Operator::MoreOrEqual),
                ("<", Operator::Less),
                (">", Operator::More),
                ("in", Operator::In),
            ],
            &[("+", Operator::Plus), ("-", Operator::Minus)],
        ];
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        while let Some((_, operator)) = operators.iter().find(|(text, _)| self.takes(text)) {
            self.count_operator()?;
            let right = self.binary(level + 1)?;
            left = Expression::Binary(*operator, Box::new(left), Box::new(right));
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<Expression> {
        self.deeper(|reader| {
            if reader.takes("!") {
                return Some(Expression::Not(Box::new(reader.unary()?)));
            }
            if reader.takes("-") {
                return Some(Expression::Minus(Box::new(reader.unary()?)));
            }
            reader.member()
        })
    }

    fn member(&mut self) -> Option<Expression> {
        let mut value = self.primary()?;
        loop {
            self.count_operator()?;
            if self.takes(".") {
                let name = self.name()?;
                value = if self.takes("(") {
                    Expression::Call(Some(Box::new(value)), name, self.items(")")?)
                } else {
                    Expression::Field(Box::new(value), name)
                };
            } else if self.takes("[") {
                let index = self.choice()?;
                self.expects("]")?;
                value = Expression::Index(Box::new(value), Box::new(index));
            } else {
                return Some(value);
            }
        }
    }

    /// A row of operators is as deep as brackets are.
    fn count_operator(&mut self) -> Option<()> {
        self.operators += 1;
        (self.operators <= MOST_OPERATORS).then_some(())
    }

    fn primary(&mut self) -> Option<Expression> {
        self.skip_space();
        match self.rest.chars().next()? {
            '(' => {
                self.expects("(")?;
                let inner = self.choice()?;
                self.expects(")")?;
                Some(inner)
            }
            '[' => {
                self.expects("[")?;
                Some(Expression::List(self.items("]")?))
            }
            '\'' | '"' => self.text(),
            c if c.is_ascii_digit() => self.number(),
            _ => self.named(),
        }
    }

    fn named(&mut self) -> Option<Expression> {
        let name = self.name()?;
        match name.as_str() {
            "true" => return Some(Expression::Bool(true)),
            "false" => return Some(Expression::Bool(false)),
            "null" => return Some(Expression::Null),
            _ => {}
        }
        if !self.takes("(") {
            return Some(Expression::Name(name));
        }
        let mut arguments = self.items(")")?;
        if name != "has" {
            return Some(Expression::Call(None, name, arguments));
        }
        match (arguments.pop()?, arguments.is_empty()) {
            (Expression::Field(owner, field), true) => Some(Expression::Has(owner, field)),
            _ => None,
        }
    }

    /// What stands between commas, up to the end.
    fn items(&mut self, end: &str) -> Option<Vec<Expression>> {
        let mut items = Vec::new();
        while !self.takes(end) {
            items.push(self.choice()?);
            if !self.takes(",") {
                self.expects(end)?;
                break;
            }
        }
        Some(items)
    }

    /// A name; one with two low lines may stand for another on a server.
    fn name(&mut self) -> Option<String> {
        self.skip_space();
        let end = self.rest.find(|c| !is_of_name(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        let is_name = !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit());
        (is_name && !name.contains("__")).then(|| name.to_owned())
    }

    fn number(&mut self) -> Option<Expression> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        if rest.starts_with(is_of_name) {
            return None;
        }
        if number.contains('.') {
            return number.parse().ok().map(Expression::Double);
        }
        number.parse().ok().map(Expression::Int)
    }

    fn text(&mut self) -> Option<Expression> {
        let quote = self.rest.chars().next()?;
        let mut characters = self.rest.char_indices().skip(1);
        let mut text = String::new();
        // Three quotes begin a text of several lines.
        if self.rest.starts_with("'''") || self.rest.starts_with("\"\"\"") {
            return None;
        }
        while let Some((at, c)) = characters.next() {
            match c {
                '\\' => match characters.next()?.1 {
                    c @ ('\\' | '\'' | '"') => text.push(c),
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    _ => return None,
                },
                c if c == quote => {
                    self.rest = &self.rest[at + 1..];
                    return Some(Expression::Text(text));
                }
                c => text.push(c),
            }
        }
        None
    }
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
