-- In a transaction of its own: the table is not locked against readers and writers meanwhile.
update attempts set place = (report #>> '{scene,place}')::scene_place
where place is null and report #>> '{scene,place}' in ('interior', 'exterior');
