// A program that does nothing touches little of the memory that it is given.
print('started');
