"""From an export to a report with honest intervals; reads files, never the application."""

import os

# The matrices here are small, and OpenBLAS's threads wait for one another by spinning: the mixed model of 500
# participants took 8 s of processor time with two of them and 1 s with one. Read when numpy is first imported; who
# has set it, or has imported numpy before, keeps what they have.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
