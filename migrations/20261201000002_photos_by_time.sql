-- The camera's clock as it stands in a photo's measurements ("2026:11:25 10:31:02", which sorts by
-- time): exposures of one view are looked for among the photos taken before and after it.
alter table photos add column taken_at text generated always as (frame -> 'shot' ->> 'taken_at') stored;

create index photos_by_time on photos (shoot_id, taken_at, name) where frame is not null;
