import hashlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest
from full_disk import *  # noqa: F403
