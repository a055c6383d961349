-- What of things that are not for everybody somebody of the staff was shown today: each is in the log of evidence once a day.
CREATE TABLE accesses (account_id INTEGER NOT NULL, day INTEGER NOT NULL, what TEXT NOT NULL, subject_id INTEGER NOT NULL, PRIMARY KEY (account_id, what, subject_id));
