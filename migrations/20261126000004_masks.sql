-- Where an attempt saw sky. Alone, because a new value may only be used once it is
-- committed. The sites of the release before this one cannot read it: they are
-- replaced before the workers are.
alter type rendition_kind add value 'mask';
