-- The full file as customers get it, without place, serial numbers and owner. Alone, because a new
-- value may only be used once it is committed; the release before this one never asks for it.
alter type rendition_kind add value 'delivered';
