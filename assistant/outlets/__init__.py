"""Where people meet the program: command line, page, files of questions."""
