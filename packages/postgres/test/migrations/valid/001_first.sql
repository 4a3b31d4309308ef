CREATE TABLE letter (id integer PRIMARY KEY, text text NOT NULL);
