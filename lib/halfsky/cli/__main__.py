"""python -m halfsky.cli"""

from halfsky.cli import main

main()
