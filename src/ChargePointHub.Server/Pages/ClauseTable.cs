namespace ChargePointHub.Server.Pages;

/// <summary>One line of the data-sharing clause, and what shows that the hub keeps it and holds operators to it.</summary>
/// <param name="Id"><c>C1</c> to <c>C14</c>.</param>
/// <param name="Kept">How far it is kept, in a sentence or two.</param>
/// <param name="Routes">Addresses at which it can be seen: of <c>ApiRoutes</c>, of the documentation, or the OpenAPI document.</param>
/// <param name="Tests">Class and method of tests that would fail if it were not so.</param>
/// <param name="NotYet">What is still missing; null: nothing.</param>
public sealed record ClauseLine(string Id, string Clause, string Kept, IReadOnlyList<string> Routes, IReadOnlyList<string> Tests, string? NotYet = null);

/// <summary>The clause that contracts ask of operators' APIs, line by line. A test holds every route and every test named here to what exists.</summary>
public static class ClauseTable
{
    public static readonly IReadOnlyList<ClauseLine> All =
    [
        new("C1", "A REST API",
            "Every dataset and every single thing has an address of its own; nothing is remembered between calls.",
            ["/v1/charge-points", "/v1/charge-points/{id}", "/v1/operators/{id}"],
            ["CatalogueTests.Every_route_is_documented_and_has_a_name_and_an_address_of_its_own", "OpenApiTests.Every_route_is_in_the_document_and_the_document_has_no_other"]),
        new("C2", "HTTP GET to read",
            "Every route answers GET, and HEAD with the same headers; operators hand in files by POST to one of them. Any other method is 405 with Allow.",
            ["/v1/charging-sessions", "/v1/errors/{id}"],
            ["ListTests.Head_answers_as_get_does_without_the_body", "MistakeTests.A_method_that_is_not_taken_is_told_which_are"]),
        new("C3", "TLS 1.2, preferably 1.3",
            "The hub listens by TLS 1.2 and 1.3 only, and speaks nothing older to operators. The command doctor and feed health tell the version that each operator speaks and the days that its certificate has left.",
            ["/health/live", "/v1/operators/{id}/feed-health"],
            ["DocsTests.The_hub_speaks_tls_1_2_and_1_3", "DocsTests.The_hub_refuses_tls_1_0_and_1_1", "FeedClientTests.A_whole_answer_over_trusted_tls_is_parsed_with_its_headers",
                "FeedChecksTests.Each_feed_is_asked_once_and_its_TLS_certificate_and_credential_are_told", "FeedAdviceTests.A_certificate_is_told_a_month_and_a_week_before_it_ends"]),
        new("C4", "Data sent should be encrypted",
            "Plain http is answered with a sentence and no data. Of operators only https addresses are followed, also inside Link, with a valid certificate for their host.",
            ["/v1/errors/{id}"],
            ["ReadmeTests.The_pretend_London_starts_answers_as_printed_holds_the_truth_and_goes_on_after_a_stop", "AddressTests.Only_https_without_user_info_is_asked",
                "OcpiProtocolTests.A_next_page_on_another_host_or_without_TLS_is_refused", "TrustTests.An_authority_that_the_feed_does_not_name_is_refused"]),
        new("C5", "Clear error messages with a unique code",
            "Every refusal is problem+json with a code that never changes its meaning, all faults at once, and a page for each code.",
            ["/v1/errors", "/v1/errors/{id}", "/docs/errors"],
            ["MistakeTests.Every_mistake_gets_its_own_code", "MistakeTests.Every_code_of_the_catalogue_is_reached_by_a_test", "MistakeTests.All_faults_are_told_at_once"]),
        new("C6", "Historic calls that cover an outage",
            "from, to and period reach back to the earliest date that was collected. What an outage hid is asked of the operator again until it is here, or known to be lost.",
            ["/v1/charging-sessions", "/v1/status-changes", "/v1/gaps"],
            ["ListTests.From_is_inside_the_window_and_to_is_not", "CollectorServiceTests.History_is_asked_for_newest_first_until_nothing_is_missing",
                "PageWriterTests.The_same_page_twice_changes_nothing_and_takes_no_tick", "OperatorApiTests.Beyond_its_look_back_an_operator_says_so"]),
        new("C7", "Documentation with sample calls and responses",
            "OpenAPI from the routes’ own declarations, and these pages. Tests run their samples of every route, in curl, Python, C#, R and Power Query M, against a hub; M is run by a reader of the part of that language that they use, not by Power BI.",
            ["/openapi/v1.json", "/docs", "/docs/reference"],
            ["DocsTests.Every_sample_runs_as_printed_and_answers_as_printed", "DocsTests.Every_sample_in_Python_runs_as_printed_and_answers_as_printed", "CopiedProgramsTests.Every_call_by_curl_is_answered",
                "CopiedProgramsTests.Every_program_in_Python_prints_the_answer", "CopiedProgramsTests.Every_program_in_csharp_compiles_and_prints_the_answer", "CopiedProgramsTests.Every_program_in_R_shows_the_answer",
                "CopiedProgramsTests.Every_program_in_Power_Query_gives_a_table",
                "DocsTests.Every_link_and_anchor_resolves", "AnswerContractTests.Every_route_answers_in_every_form_what_its_schema_says", "OutsideToolTests.Every_schema_compiles_fits_its_examples_refuses_spoilt_ones_and_agrees_with_OpenApi"]),
        new("C8", "How to loop over everything",
            "Lists give every id, by cursor and at one state of the data; ids lead to the routes of single things. Of operators that answer for one charge point at a time, all are asked.",
            ["/docs/looping", "/v1/operators", "/v1/charge-points", "/v1/charge-points/{id}/charging-sessions"],
            ["SlowReaderTests.Pages_of_any_size_hold_every_record_once_and_in_order", "ListTests.Paging_while_rows_come_change_and_move_neither_misses_nor_repeats",
                "OperatorApiTests.By_ocpi_every_charge_point_is_found_from_the_versions_on"]),
        new("C9", "Metadata for the data",
            "Licence, frequency, earliest date and look-back of every operator’s datasets; the whole as a catalogue in DCAT.",
            ["/v1/metadata", "/v1/operators", "/v1/coverage"],
            ["LedgerTests.Operators_are_listed_with_how_their_datasets_come_in", "LedgerTests.Coverage_lists_what_is_here_and_what_is_lost", "MetadataTests.Each_operators_dataset_stands_in_the_catalogue_with_its_licence_and_where_it_is"]),
        new("C10", "JSON",
            "Every answer of data and every refusal is UTF-8 JSON, GeoJSON, or, where it is asked for, JSON a line, as its media type says. Operators’ answers that are not are failures, never empty lists.",
            ["/v1/charge-points", "/v1/charge-points.geojson"],
            ["ListTests.The_envelope_of_sessions_is_exactly_this", "FeedClientTests.A_byte_order_mark_is_no_obstacle_and_bytes_that_are_no_utf8_are_refused"]),
        new("C11", "Subsets by period or value",
            "Time, operator, borough, power band and status combine; a filter that a route does not know is an error, never ignored.",
            ["/v1/charge-points", "/v1/charging-sessions", "/v1/status-changes"],
            ["ListTests.Filters_narrow_the_records_and_the_operators_that_are_judged", "LondonCalendarTests.A_period_is_understood", "MistakeTests.Every_mistake_gets_its_own_code"],
            "Ranges of values, and places by distance, are not served."),
        new("C12", "The previous 24 hours as a minimum",
            "No time given means the 24 hours up to now; the window and how complete it is are in the answer.",
            ["/v1/charging-sessions", "/v1/status-changes"],
            ["ListTests.The_envelope_of_sessions_is_exactly_this", "LedgerTests.An_answer_states_the_gaps_that_touch_it_with_cause_under_a_key"]),
        new("C13", "Reachable by contracting authority, TfL, GLA and London Councils",
            "Anyone reads the open datasets; the keys of an organisation open what agreements grant to it, by operator, dataset and borough or pan-London, and nothing else is there for them.",
            ["/v1/charging-sessions", "/docs/keys"],
            ["MistakeTests.A_key_is_taken_in_each_of_its_three_ways", "AccessMatrixTests.Every_route_answers_every_role_as_the_table_says",
                "BoroughTests.Each_reads_its_own_whole_and_nobody_elses_in_every_form", "RowSecurityTests.Each_of_33_boroughs_reads_its_own_records_now_and_at_an_old_tick_and_counts_no_others"],
            "Grants of single fields, and of times less precise than they are, are not built."),
        new("C14", "Charge Point Data and Management Information Data",
            "Charge points, tariffs, status changes, charging sessions and outages, joined by a charge point id that never changes. A session whose charge point is not known waits until it is.",
            ["/v1/charge-points", "/v1/tariffs", "/v1/status-changes", "/v1/charging-sessions", "/v1/outages"],
            ["ListTests.One_charge_point_s_history_is_its_own_and_judges_its_operator_alone", "QuarantineTests.A_session_waits_for_its_charge_point_and_is_released_with_its_findings_and_its_run"],
            "Figures by period, borough and operator are not served."),
    ];
}
