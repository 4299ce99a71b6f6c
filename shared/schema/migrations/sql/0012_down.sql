-- Takes the twelfth migration back.

DROP TRIGGER spaces_listed_when_added ON spaces;
DROP TRIGGER spaces_listed_when_changed ON spaces;
DROP TRIGGER spaces_listed_when_gone ON spaces;
DROP TRIGGER buildings_listed_when_changed ON buildings;
DROP TRIGGER users_forgotten ON users;
DROP FUNCTION
    app.folded(text),
    app.forms_of(text),
    app.words_of(text),
    app.letters_in(text),
    app.keys_of(text),
    app.are_one_slip_apart(text, text),
    app.tag(text, text),
    app.city_tag(text),
    app.place_of(float8, float8),
    app.list_spaces(uuid[]),
    app.list_touched_spaces(),
    app.list_spaces_of_touched_buildings(),
    app.filters_of(jsonb),
    app.range_of(text, text, text),
    app.middle_of(jsonb),
    app.chord_of(jsonb),
    app.along_the_ground(float8),
    app.ranks_of(text),
    app.has_any(text, text[]),
    app.ordering_of(text, jsonb),
    app.keyset_of(text, jsonb, jsonb),
    app.houses_near(jsonb),
    app.walk_of(text, jsonb, jsonb),
    app.ask_indexes(text),
    app.own_unlisted(jsonb),
    app.search_spaces(jsonb, text, jsonb, integer),
    app.count_found(jsonb, integer),
    app.rows_of(text),
    app.anchor_of(jsonb),
    app.claim_matches(uuid),
    app.forget_searches();
DROP POLICY definer_search ON contracts;
DROP TABLE listings, search_words, favorites, saved_search_matches, saved_searches;
