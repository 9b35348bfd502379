"""`python -m statline` is the command `statline`."""

from statline.cli import main

if __name__ == "__main__":
    main()
