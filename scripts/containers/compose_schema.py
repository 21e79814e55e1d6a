"""Checks compose.yml by the schema of the compose specification in docker-compose's wheel."""

import json
import sys
import zipfile

import jsonschema
import yaml

import compose

with zipfile.ZipFile(sys.argv[1]) as wheel:
    schema = json.loads(wheel.read("compose/config/compose_spec.json"))
validator = jsonschema.Draft201909Validator(schema)
if validator.is_valid({"services": {"x": {"image": 1}}}):
    sys.exit("the schema takes what is wrong")
for variables in [None, {}, {"PUBLISH_ADDRESS": "0.0.0.0", "PREFECT_SERVER_API_AUTH_STRING": "made:up", "SLUICE_ENV_FILE": "/dev/null"}]:
    document = yaml.safe_load(open("compose.yml")) if variables is None else compose.load(variables=variables)
    faults = sorted(validator.iter_errors(document), key=lambda fault: list(map(str, fault.path)))
    for fault in faults:
        print(f"compose.yml: {'.'.join(map(str, fault.path))}: {fault.message}", file=sys.stderr)
    if faults:
        sys.exit(1)
print(f"compose.yml: {len(document['services'])} services, valid by the compose specification's schema")
