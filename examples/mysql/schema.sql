-- The table of the example. Run it again to begin anew.
DROP TABLE IF EXISTS entries;
CREATE TABLE entries (
  id int AUTO_INCREMENT PRIMARY KEY,
  author varchar(80) NOT NULL,
  text text NOT NULL,
  likes int NOT NULL DEFAULT 0
);
