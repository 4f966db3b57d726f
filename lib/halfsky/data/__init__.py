"""What is filed: reads it, checks it, and hands out what was known in a year.

The only package that reads data/raw/ and writes data/processed/.
"""

from halfsky.data.ingest import IngestReport, RegionIngest, ingest, input_hashes, sha256
from halfsky.data.load import load_evidence, load_measures, load_observations
from halfsky.data.query import database
from halfsky.data.template import write_template

__all__ = [
    "IngestReport",
    "RegionIngest",
    "database",
    "ingest",
    "input_hashes",
    "load_evidence",
    "load_measures",
    "load_observations",
    "sha256",
    "write_template",
]
