"""`python -m statline` is the command `statline`, and how a supervisor starts its roles."""

import sys

from statline.supervised import be_role

if __name__ == "__main__" and not be_role(sys.argv[1:]):
    from statline.cli import main

    main()
