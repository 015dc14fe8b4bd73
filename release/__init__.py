"""What a release needs and the program does not: licences, checks. Outside the wheel."""
