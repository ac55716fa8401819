"""What holds between the manifests of docker/kubernetes, and for each by Kubernetes' schemas. kubernetes.py FOLDER WEIR"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import kubernetes_validate
import yaml

folder, weir = pathlib.Path(sys.argv[1]), sys.argv[2]
# The oldest that still gets fixes somewhere, and the newest that the validator knows.
versions = ["1.30", kubernetes_validate.latest_version()]
# No part of Kubernetes itself.
foreign = {"ServiceMonitor", "Kustomization"}
failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)


def documents(path):
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


files = {path.relative_to(folder).as_posix(): documents(path) for path in sorted(folder.rglob("*.yaml"))}
objects = {}
for name, found in files.items():
    for document in found:
        kind = document.get("kind")
        if kind is None:  # values of a chart
            continue
        objects[kind, document.get("metadata", {}).get("name", name)] = document
        expect("namespace" not in document.get("metadata", {}), f"{name}: {kind} sets a namespace")
        if kind in foreign:
            continue
        for version in versions:
            try:
                kubernetes_validate.validate(document, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                path = ".".join(str(part) for part in error.path)
                failures.append(f"{name}: {kind} by {version}: {path}: {error.message}")

# Every manifest is either installed or an example.
installed = set(files["kustomization.yaml"][0]["resources"])
beside = {name for name in files if "/" not in name and name != "kustomization.yaml"}
expect(installed == beside, f"kustomization.yaml lists {sorted(installed)}, the folder has {sorted(beside)}")


def pod_of(kind, name):
    return objects[kind, name]["spec"]["template"]


def check_restricted(kind, name):
    """The pod security standard "restricted"."""
    spec = pod_of(kind, name)["spec"]
    of_pod = spec["securityContext"]
    expect(of_pod["runAsNonRoot"] is True and of_pod["runAsUser"] > 0, f"{name} may run as root")
    expect(of_pod["seccompProfile"]["type"] == "RuntimeDefault", f"{name} has no seccomp profile")
    for container in spec["containers"]:
        own = container["securityContext"]
        expect(own["allowPrivilegeEscalation"] is False, f"{name} may gain privileges")
        expect(own["capabilities"]["drop"] == ["ALL"], f"{name} keeps capabilities")
        expect(own["readOnlyRootFilesystem"] is True, f"{name} may write to its image")
        expect("memory" in container["resources"]["limits"], f"{name} has no limit of memory")


check_restricted("Deployment", "weir")
check_restricted("StatefulSet", "weir-redis")

# Selectors find the pods, and ports their names.
for (kind, name), document in objects.items():
    if kind == "Service":
        selector = document["spec"]["selector"]
        targets = [pod_of(*key) for key in [("Deployment", "weir"), ("StatefulSet", "weir-redis")]]
        chosen = [pod for pod in targets if selector.items() <= pod["metadata"]["labels"].items()]
        expect(len(chosen) == 1, f"Service {name} selects {len(chosen)} kinds of pods")
        expect(document["spec"].get("type", "ClusterIP") == "ClusterIP", f"Service {name} lets the outside in")
        ports = {port["name"] for pod in chosen for c in pod["spec"]["containers"] for port in c["ports"]}
        for port in document["spec"]["ports"]:
            expect(port["targetPort"] in ports, f"Service {name}: there is no port {port['targetPort']}")
labels = pod_of("Deployment", "weir")["metadata"]["labels"]
budgeted = objects["PodDisruptionBudget", "weir"]["spec"]["selector"]["matchLabels"].items()
expect(budgeted <= labels.items(), "the PodDisruptionBudget selects no pod")
monitored = objects["ServiceMonitor", "weir"]["spec"]["selector"]["matchLabels"].items()
expect(monitored <= objects["Service", "weir-admin"]["metadata"]["labels"].items(), "the ServiceMonitor finds nothing")
expect(not monitored <= objects["Service", "weir"]["metadata"]["labels"].items(), "the ServiceMonitor asks clients' port")

# What the Deployment names is there.
pod = pod_of("Deployment", "weir")["spec"]
(container,) = pod["containers"]
secret = objects["Secret", "weir"]["stringData"]
for variable in container["env"]:
    reference = variable.get("valueFrom", {}).get("secretKeyRef")
    if reference:
        expect(reference["name"] == "weir" and reference["key"] in secret, f"the Secret lacks {reference}")
ports = {port["name"]: port["containerPort"] for port in container["ports"]}
config = json.loads(objects["ConfigMap", "weir"]["data"]["weir.json"])
expect(config["listen"].endswith(f":{ports['http']}"), "the configuration listens on another port than the container's")
expect(config["admin"]["listen"].endswith(f":{ports['admin']}"), "the admin port is another than the container's")
probes = {kind: container[kind]["httpGet"] for kind in ["startupProbe", "livenessProbe", "readinessProbe"]}
expect(probes["readinessProbe"]["path"] == "/readyz", "readiness is no readiness")
expect(all(probe["port"] == "admin" for probe in probes.values()), "a probe asks another port than the admin's")
sleep_s = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
timeouts_ms = config.get("timeouts_ms", {})
needed_s = sleep_s + (timeouts_ms.get("drain_delay", 0) + timeouts_ms.get("drain", 30_000)) / 1000
expect(pod["terminationGracePeriodSeconds"] >= needed_s + 5, f"a drain takes {needed_s} s and is cut before")
bodies = config["limits_of_weir"]["max_buffered_bytes"]
memory = int(container["resources"]["limits"]["memory"].removesuffix("Mi")) << 20
expect(memory >= 2 * bodies, "bodies alone could take all of the memory")
expect("noeviction" in pod_of("StatefulSet", "weir-redis")["spec"]["containers"][0]["args"], "Redis may evict ledgers")

# The autoscaler's metric is the one that the adapter's rule makes, of a series that weir has.
scaler = objects["HorizontalPodAutoscaler", "weir"]["spec"]
(rule,) = files["examples/prometheus-adapter.yaml"][0]["rules"]["custom"]
expect(scaler["metrics"][0]["pods"]["metric"]["name"] == rule["name"]["as"], "the adapter makes another metric")
expect(scaler["minReplicas"] == objects["Deployment", "weir"]["spec"]["replicas"], "replicas and minReplicas differ")

with tempfile.TemporaryDirectory() as work:
    path = pathlib.Path(work) / "weir.json"
    path.write_text(objects["ConfigMap", "weir"]["data"]["weir.json"])
    checked = subprocess.run([weir, "--config", path, "--check"], capture_output=True, text=True, check=False,
                             env={**os.environ, "WEIR_ADMIN_TOKEN": "token"})
    expect(checked.returncode == 0, f"weir --check: {checked.stderr}")

for failure in failures:
    print(f"FAILED {failure}", file=sys.stderr)
print(f"{len(objects)} objects by the schemas of {' and '.join(versions)}")
sys.exit(1 if failures else 0)
