-- The original as it came, where the result is framed otherwise. Alone, because a new value may
-- only be used once it is committed; the release before this one never asks for it.
alter type rendition_kind add value 'original';
