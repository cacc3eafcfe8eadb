"""A golden master: some hundred requests whose answers stay the same while the code is written anew.

Each request says who asks for what (`data/requests.json`): every page and form that each role is offered, the API, and
what is refused. All are sent into one stored world (`data/snapshot.json.xz`), at one time; what each changes is taken
back. Recorded are status, headers, the document without its layout, the number of statements, and the rows that were
written, the bytes of mails among them. What a run makes up (tokens, new UUIDs) is a placeholder.

    python -m tests.golden record AFTER.json.xz     record all requests on this commit
    python -m tests.golden compare BEFORE AFTER     say what differs; --renamed FILE with lines of old text, tab, new
                                                    text, for words of the interface that changed
    python -m tests.golden renew                    record a tenth anew, which `test_golden` compares with: after each
                                                    difference was explained, and in the commit that makes it

To compare with a commit that does not have this package: link it into a worktree of that commit, and record there.

    git worktree add --detach ../before COMMIT && ln -s $PWD/tests/golden ../before/tests/golden

World and plan are made anew where the old ones no longer fit (a column without a default, pages that no request asks
for); both sides of a comparison need the same ones:

    python -m tests.golden campaign CAMPAIGN.json.xz    walk the small campaign, and keep what it leaves
    python -m tests.golden scenario CAMPAIGN.json.xz    add the work in hand of `scenario.py`, and store the world
    python -m tests.golden plan                         store a plan of what the pages of that world offer
"""
