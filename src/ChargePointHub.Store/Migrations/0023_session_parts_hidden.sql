-- Parts hold whole sessions. No answer reads them, and a grant given by mistake shall open nothing: there is no policy for readers.
ALTER TABLE session_part ENABLE ROW LEVEL SECURITY;
