CREATE TABLE letter (id integer PRIMARY KEY);
