-- How often each month was made, which a purge or a withholding of its file does not make forgotten: a reader knows by it which of two files is the newer.
CREATE TABLE bulk_revision (
    mark     text NOT NULL,
    dataset  text NOT NULL,
    month    date NOT NULL,
    revision integer NOT NULL,
    PRIMARY KEY (mark, dataset, month)
);
INSERT INTO bulk_revision SELECT mark, dataset, month, max(revision) FROM bulk_file WHERE revision > 0 GROUP BY mark, dataset, month;
