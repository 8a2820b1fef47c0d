-- Of the operator's own id in lower case, keyed as id_mark is: what names it in other case is known too. Null: a purge of before, whose mark is made of its id where that is kept.
ALTER TABLE purged_record ADD COLUMN folded_mark bytea;
