select
    shoots.id,
    shoots.name,
    shoots.created_at,
    count(photos.id) as "total!",
    count(photos.id) filter (where photos.status in ('waiting', 'working')) as "in_progress!",
    count(photos.id) filter (where photos.status in ('passed', 'approved')) as "ready!",
    count(photos.id) filter (where photos.status = 'held') as "held!",
    count(photos.id) filter (where photos.status = 'rejected') as "rejected!",
    count(photos.id) filter (where photos.status = 'failed') as "failed!",
    coalesce(
        (array_agg(photos.id order by photos.number)
            filter (where photos.accepted_attempt_id is not null))[1:4],
        '{}'
    ) as "covers!: Vec<crate::ids::PhotoId>"
from shoots
left join photos on photos.organization_id = shoots.organization_id
    and photos.shoot_id = shoots.id
    and photos.removed_at is null
    and photos.status <> 'merged'
where shoots.organization_id = $1 and shoots.id in (
    select id from shoots
    where organization_id = $1
    order by created_at desc, id desc
    limit $2 offset $3
)
group by shoots.id
order by shoots.created_at desc, shoots.id desc
