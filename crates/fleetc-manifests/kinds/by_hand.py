"""Facts about kinds that no module states in a form that a program can read: what people maintain."""

# `required` in OpenAPI, yet accepted when missing by a real server (1.35): Go's zero value passes validation.
# `storage`, `revision` and `lun` are read in its sources: a number or boolean whose zero is valid.
NOT_ENFORCED = {
    "apiextensions.v1.CustomResourceDefinitionVersion.served",
    "apiextensions.v1.CustomResourceDefinitionVersion.storage",
    "apps.v1.ControllerRevision.revision",
    "batch.v1.PodFailurePolicy.rules",
    "core.v1.HTTPHeader.value",
    "core.v1.ISCSIPersistentVolumeSource.lun",
    "core.v1.ISCSIVolumeSource.lun",
    "core.v1.LimitRangeSpec.limits",
    "core.v1.PreferredSchedulingTerm.preference",
    "core.v1.SleepAction.seconds",
    "core.v1.Sysctl.value",
    "core.v1.TypedLocalObjectReference.kind",
    "discovery.v1.EndpointSlice.endpoints",
    "discovery.v1.ForNode.name",
    "discovery.v1.ForZone.name",
    "rbac.v1.RoleRef.apiGroup",
    "scheduling.v1.PriorityClass.value",
    "storage.v1.CSIDriver.spec",
    "storage.v1.TokenRequest.audience",
}

# Fields behind a gate whose +featureGate marker is missing, or names no gate. Servers drop them like the others: see
# the functions drop... in Kubernetes' pkg/api/*/util.go and pkg/registry/*/*/strategy.go.
UNMARKED_GATES = {
    "apiextensions.v1.CustomResourceDefinitionVersion.selectableFields": "CustomResourceFieldSelectors",
    "batch.v1.JobSpec.managedBy": "JobManagedBy",
    "batch.v1.JobSpec.successPolicy": "JobSuccessPolicy",
    "core.v1.Lifecycle.stopSignal": "ContainerStopSignals",
    "core.v1.PodAffinityTerm.matchLabelKeys": "MatchLabelKeysInPodAffinity",
    "core.v1.PodAffinityTerm.mismatchLabelKeys": "MatchLabelKeysInPodAffinity",
    "core.v1.PodSpec.hostUsers": "UserNamespacesSupport",
    "core.v1.SecurityContext.procMount": "ProcMountType",
    "core.v1.VolumeProjection.podCertificate": "PodCertificateRequest",
    "discovery.v1.EndpointHints.forNodes": "PreferSameTrafficDistribution",
}

# Versions that the lifecycle functions in k8s.io/api do not speak of.
LIFECYCLES = {
    ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"):
        "deprecated=1.16 removed=1.22 use=apiextensions.k8s.io/v1",
    ("apiregistration.k8s.io/v1beta1", "APIService"): "deprecated=1.19 removed=1.22 use=apiregistration.k8s.io/v1",
    ("batch/v2alpha1", "CronJob"): "removed=1.21 use=batch/v1",
    ("extensions/v1beta1", "PodSecurityPolicy"): "deprecated=1.11 removed=1.16",
    ("policy/v1beta1", "PodSecurityPolicy"): "deprecated=1.21 removed=1.25",
    ("settings.k8s.io/v1alpha1", "PodPreset"): "removed=1.20",
    ("v1", "Endpoints"): "deprecated=1.33 use=discovery.k8s.io/v1 as=EndpointSlice",
}

VOLUME_SOURCES = [
    "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker",
    "gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk", "portworxVolume",
    "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume",
]

# What an update may not change: probed on a 1.35 server, or read in Kubernetes' validation (pkg/apis/*/validation).
IMMUTABLE = {
    "apiextensions.k8s.io/v1 CustomResourceDefinition": [
        "spec.group", "spec.names.kind", "spec.names.plural", "spec.scope",
    ],
    "apps/v1 ControllerRevision": ["data"],
    "apps/v1 DaemonSet": ["spec.selector"],
    "apps/v1 Deployment": ["spec.selector"],
    "apps/v1 ReplicaSet": ["spec.selector"],
    "apps/v1 StatefulSet": [
        "spec.podManagementPolicy", "spec.selector", "spec.serviceName", "spec.volumeClaimTemplates",
    ],
    "batch/v1 Job": [
        "spec.backoffLimitPerIndex", "spec.completionMode", "spec.completions unless=spec.completionMode=Indexed",
        "spec.managedBy", "spec.podFailurePolicy", "spec.selector", "spec.successPolicy", "spec.template",
    ],
    "discovery.k8s.io/v1 EndpointSlice": ["addressType"],
    "networking.k8s.io/v1 IPAddress": ["spec.parentRef"],
    "networking.k8s.io/v1 IngressClass": ["spec.controller"],
    "networking.k8s.io/v1 ServiceCIDR": ["spec.cidrs"],
    "node.k8s.io/v1 RuntimeClass": ["handler"],
    "rbac.authorization.k8s.io/v1 ClusterRoleBinding": ["roleRef"],
    "rbac.authorization.k8s.io/v1 RoleBinding": ["roleRef"],
    "resource.k8s.io/v1 ResourceClaim": ["spec"],
    "resource.k8s.io/v1 ResourceClaimTemplate": ["spec"],
    "resource.k8s.io/v1 ResourceSlice": ["spec.driver", "spec.nodeName", "spec.pool.name"],
    "scheduling.k8s.io/v1 PriorityClass": ["preemptionPolicy", "value"],
    "storage.k8s.io/v1 CSIDriver": ["spec.attachRequired", "spec.volumeLifecycleModes"],
    "storage.k8s.io/v1 CSIStorageCapacity": ["nodeTopology", "storageClassName"],
    "storage.k8s.io/v1 StorageClass": ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"],
    "storage.k8s.io/v1 VolumeAttachment": ["spec"],
    "storage.k8s.io/v1 VolumeAttributesClass": ["driverName", "parameters"],
    "v1 ConfigMap": ["binaryData if=immutable=true", "data if=immutable=true", "immutable if=immutable=true"],
    "v1 PersistentVolume": [
        *(f"spec.{source}" for source in VOLUME_SOURCES), "spec.nodeAffinity once", "spec.volumeMode",
    ],
    "v1 PersistentVolumeClaim": [
        "spec.accessModes", "spec.dataSource", "spec.dataSourceRef", "spec.selector", "spec.storageClassName once",
        "spec.volumeMode", "spec.volumeName once",
    ],
    "v1 ResourceQuota": ["spec.scopes"],
    "v1 Secret": ["data if=immutable=true", "immutable if=immutable=true", "stringData if=immutable=true", "type"],
    "v1 Service": [
        "spec.clusterIP once unless=spec.type=ExternalName", "spec.healthCheckNodePort once",
        "spec.loadBalancerClass if=spec.type=LoadBalancer",
    ],
}
