import sys
from pathlib import Path

# The benchmarks are scripts, which import each other as such.
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
