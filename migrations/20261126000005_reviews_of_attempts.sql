-- A decision is on an attempt. A photo that is developed again has a new attempt to
-- decide on, and the decision on the old one stays true of the old one.
drop index reviews_one_in_force;
create unique index reviews_one_in_force on reviews (attempt_id) where withdrawn_at is null;
