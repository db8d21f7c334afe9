"""The words of the inspectors' app, by the key its modules ask for.

What its frame says as the diary's does is taken from there.
"""

import re
from collections.abc import Mapping
from typing import Final

from app.diary.shell_words import WORDS as DIARY_WORDS
from app.kit.i18n import N_
from app.oversight.inspections import INSPECTED, Cause
from app.oversight.rules import FindingOutcome

_SHARED: Final[list[str]] = re.findall(
    r"\w+",
    """
all_sent back choose_photo clock_off discard discarded from_file in_outbox install install_by_menu
install_more install_now is_fixing is_sent is_waiting keep later loading me my_account needs_fixing
no_network not_a_number not_persisted note outbox outbox_short photo_no photos_count place
read_from_file remove room_low saved_to_file sections send_now sending sent_lately sign_in
sign_in_more sign_in_needed sign_out sign_out_blocked signed_in_until sync_all_sent sync_fixing
sync_later sync_offline sync_sending sync_signin sync_waiting take_photo to_file today_at
trouble_damaged trouble_full trouble_gone trouble_newer trouble_no_store trouble_not_a_picture
trouble_other_account trouble_outdated trouble_photo_lost trouble_signin trouble_unknown try_again
too_little too_much undo waiting yesterday_at
""",
)

WORDS: Final[Mapping[str, str]] = {
    **{key: DIARY_WORDS[key] for key in _SHARED},
    "field": N_("Inspections"),
    "visits": N_("Inspections"),
    "begin_short": N_("On the spot"),
    "first_sign_in": N_("Sign in once with the network. After that inspections work without it."),
    "first_network": N_(
        "Inspections are fetched once with the network, for inspectors and officers of the "
        "Department. After that they work without it."
    ),
    "to_office": N_("To the office pages"),
    "others_wait": N_(
        "Inspections of another account wait on this phone: %(count)s. They are sent when it "
        "signs in."
    ),
    "discard_sure": N_("Discard what was written on this phone? It is gone for good."),
    "discard_photos_sure": N_(
        "The server has the inspection already. Discard the photos that wait?"
    ),
    "safe_copy": N_("A copy, to be safe"),
    "safe_copy_more": N_(
        "What is not sent yet as a file, to be read on another phone by the same account."
    ),
    "sign_out_more": N_("The plans leave this phone; you need the network to sign in again."),
    # The list.
    "find": N_("Find by name"),
    "on_phone": N_("Being written on this phone"),
    "now_due": N_("Today and overdue"),
    "this_month": N_("This month"),
    "later_on": N_("Later, or without a day"),
    "not_signed": N_("Begun, not signed yet"),
    "no_plans": N_("No inspection is planned for you. You can begin one on the spot."),
    "is_draft": N_("Not finished"),
    "is_held": N_("Under way"),
    "is_late": N_("Overdue"),
    "progress": N_("%(done)s of %(all)s answered"),
    "answered": N_("Answered"),
    "no_subject": N_("Inspection begun on the spot"),
    # Beginning one.
    "begin": N_("Begin the inspection"),
    "begin_new": N_("Inspection on the spot"),
    "begun": N_("Begun. Everything you write is kept on this phone at once."),
    "stamp_code": N_("Code on a stamp"),
    "stamp_code_hint": N_("The server finds the lot and the producer when it is sent."),
    "known_subject": N_("Or somebody or something known here"),
    "choose": N_("Choose"),
    "subject_needed": N_("Type a code, or choose below."),
    "subject_twice": N_("A code or a choice, not both: empty one of them."),
    "scan": N_("Read by the camera"),
    "scan_hold": N_("Hold the stamp in front of the camera."),
    "scan_stop": N_("Stop the camera"),
    "scan_read": N_("Read: %(code)s"),
    "scan_denied": N_("The camera may not be used. Type the code."),
    "checklist": N_("Checklist"),
    "no_checklists": N_("No checklist is in use. Ask the Department."),
    "no_checklist": N_("Its checklist is not on this phone. Open the app with a network once."),
    # One inspection.
    "not_here": N_("Not on this phone"),
    "not_here_more": N_(
        "It was signed, cancelled or given to somebody else. See the office pages."
    ),
    "draft_more": N_("It is kept on this phone alone until it is sent."),
    "waits_more": N_("It waits on this phone and goes out by itself when there is a network."),
    "sent_finished": N_("The server has it: it is signed."),
    "sent_so_far": N_("The server has what was written so far."),
    "held_already": N_("This was written on before, here or elsewhere. You go on from there."),
    "what": N_("What is inspected"),
    "of_entity": N_("Entity"),
    "address": N_("Address"),
    "plan": N_("Plan"),
    "cause": N_("Cause"),
    "planned_on": N_("Planned for"),
    "open_measures": N_("Measures still open"),
    "until": N_("until %(day)s"),
    "office_page": N_("Its page at the office (needs the network)"),
    "done": N_("Done"),
    "open": N_("Not done yet"),
    "write_on": N_("Go on writing"),
    "read_all": N_("Read all of it"),
    "look": N_("Look"),
    "reopened": N_("Taken back: it is not sent until you finish it again."),
    "other_acts": N_("More"),
    "send_so_far": N_("Send what there is so far"),
    "sending_so_far": N_("It is sent unfinished, and can be written on here or at the office."),
    # Its parts.
    "arrival": N_("Arrival"),
    "held_on": N_("Day of the inspection"),
    "place_hint": N_("Hamlet, commune, or the shop's name."),
    "team": N_("Inspection team"),
    "team_hint": N_("One name a line."),
    "present": N_("Who was there"),
    "present_hint": N_("Name and position, one a line."),
    "position_add": N_("Add this position"),
    "position_drop": N_("Take the position out"),
    "position_at": N_("Position: %(latitude)s, %(longitude)s"),
    "position_asking": N_("Asking the phone..."),
    "position_refused": N_("The phone did not tell the position."),
    "next": N_("Next"),
    "next_named": N_("Next: %(name)s"),
    "before": N_("Back one step"),
    "answer_yes": N_("Yes"),
    "answer_no": N_("No"),
    "answer_na": N_("Not applicable"),
    "required": N_("required"),
    "note_or_photo": N_("Note, or a photo from the phone"),
    "photo_wanted": N_("A photo is wanted here."),
    "photo_there": N_("The server has it"),
    "findings": N_("Findings and measures"),
    "finding": N_("How serious"),
    "findings_count": N_("Findings: %(count)s"),
    "no_findings": N_("Nothing was found wrong."),
    "bad_count": N_("wrong: %(count)s"),
    "seen": N_("What was seen"),
    "measure": N_("Measure"),
    "measure_hint": N_("With a day below it is followed up; without, it was taken on the spot."),
    "deadline": N_("To be done by"),
    "add_finding": N_("Add a finding"),
    "drop_finding": N_("Remove the finding"),
    "other_finding": N_("Beside the checklist"),
    "add_other_finding": N_("Add a finding beside the checklist"),
    "to_question": N_("To the question"),
    "observed": N_("Who uses the sign"),
    "observed_hint": N_("Of those you did not visit nothing is recorded."),
    "measures": N_("Measures of the last inspection"),
    "is_done": N_("It was done"),
    "is_undone": N_("Not done yet"),
    "yes_of": N_("yes: %(yes)s of %(all)s"),
    "ending": N_("Conclusion"),
    "in_use": N_("Is the sign in use on goods?"),
    "in_use_yes": N_("It was seen in use"),
    "in_use_no": N_("It was not seen in use"),
    "summary": N_("Summary"),
    "outcome": N_("Outcome"),
    "outcome_hint": N_("As grave as the gravest finding."),
    "opinion": N_("What those inspected say"),
    # Its end.
    "review": N_("Look over and finish"),
    "lacks_count": N_("Before it can be finished: %(count)s"),
    "lacks_answer": N_("No answer yet."),
    "lacks_photo": N_("No photo yet."),
    "lacks_finding_text": N_("Write what was seen in at least 10 characters."),
    "lacks_measure": N_("Say what is to be done by that day."),
    "lacks_later": N_("The measure's day lies before the inspection."),
    "outcome_too_good": N_("Something was found: the outcome must say so."),
    "lacks_day": N_("The day of the inspection is missing."),
    "lacks_past_day": N_("The day of the inspection lies ahead."),
    "lacks_in_use": N_("Say whether the sign was seen in use."),
    "lacks_outcome": N_("The outcome is missing."),
    "finish": N_("Finish, sign and send"),
    "finish_more": N_(
        "It goes out by itself when there is a network. When the server has it, it is signed and "
        "changes no more."
    ),
    "finished": N_("Finished. It is sent by itself when there is a network."),
    "photos_left": N_("Photos still to be sent: %(count)s."),
    # Two wrote the same one.
    "conflict": N_("Somebody else changed it too"),
    "conflict_more": N_("Nothing is lost: see both and choose."),
    "conflict_look": N_("See both"),
    "conflict_choose": N_("For each difference choose which one stands."),
    "conflict_send": N_("Send what was chosen"),
    "conflict_settled": N_("Chosen. It is sent by itself."),
    "mine": N_("On this phone"),
    "theirs": N_("At the office"),
    "all_mine": N_("All as on this phone"),
    "all_theirs": N_("All as at the office"),
    "trouble_https": N_("Open this site with https:// so that photos can be kept."),
    "trouble_sent": N_("It is being sent. Take it back first."),
    "trouble_open": N_("It is being written on this phone already."),
    "trouble_not_ours": N_("This is no file of inspections."),
    "trouble_photos": N_(
        "At most ten photos stand with one question, and fifty with an inspection."
    ),
    "subject_stamp": N_("Stamp"),
    **{f"cause_{one}": one.label for one in Cause},
    **{f"subject_{one}": one.label for one in INSPECTED},
    **{f"outcome_{one}": one.label for one in FindingOutcome},
}
