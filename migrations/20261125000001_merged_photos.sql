-- An exposure whose picture went into another photo. Alone, because a new value
-- may only be used once it is committed.
alter type photo_status add value 'merged';
