CREATE TABLE placeholder();
