"""Everyday words in questions about a collection, by class, in the form of the lexicon's lines.

Comes in: nothing. Goes out: `PHRASES`, more ways to say the lexicon's concepts, and `WORDS`, verbs, adverbs and nouns
of everyday use that carry no condition: how a request is worded, not what it asks. A word that could be the subject
of a talk ("learn", "train", "scale", "search") is not among them.
"""

PHRASES = """
WITH: for which you hold, for which you have, for which we have, for which we hold, of which you hold, of which you have
WITH: for which it has, hav, hve, wth
HOWMANY: how mny, hw many, how mani, how meny, howmany, hw mny
FILLER: or no, or not, yes or no, or nope, i write for, i report for, we write for
NUMBER 2: a pair of, pair of, pair, a duo of, duo of, duo, twosome, pairs of
NUMBER 3: a trio of, trio of, trio, threesome, triplet of, trios of
NUMBER 4: a quartet of, quartet of, quartet, foursome
NUMBER 5: a quintet of, quintet of, quintet
NUMBER 12: a dozen, dozen
FILLER: in terms of, in the way of, by way of, as regards, when it comes to, with respect to, as for
FILLER: somebody told me, someone told me, someone said, somebody said, people say, they say, rumour has it, i heard
FILLER: word has it, it is said, i heard that, i read that, i learnt that, i was told that, i gather that, i gather
LIST: roll of, register of, directory of, inventory of, enumeration of, who s who of, line up of, complete set of
AVERAGE: average size of, mean size of
SIGN: pose a question, phrased as a question, phrased as question, ask a question, worded as a question
SIGN: framed as a question
SIGN: in question form, is a question, are questions, put as a question, form of a question, formulated as a question
SIGN: formulated as question, numeral
WITHOUT: no one has, nobody has, noone has, no one, nobody, noone, no reader has, no reader
FULLGIVEN: fully given, fully stated, fully specified, fully known, fully recorded, given in full, stated in full
FULLGIVEN: written in full, down to the day, to the day, with day month and year, complete with day
PERSON speaker: contingent, delegation, representative, employee, faculty member, faculty, affiliate, delegate
BACKWARDS: z first, z before the rest, z before a, from z, from z to a, starting from z, starting with z, z down to a
BACKWARDS: beginning with z, z at the top, end of the alphabet, end of alphabet, the wrong way round
HOWMANY: how large is, how big is, what is the size of, how strong is, how large are, how big are, how extensive is
CODE: open sourced, open source code, open source implementation, released code, code release, code online
MOST: best represented, most represented, most strongly represented, most heavily represented, strongest represented
MOST: represented best, represented most, most often represented, best stocked, best staffed, fullest of, richest in
MOST: the greatest share of, largest share of, biggest share of, majority of, the bulk of, largest contingent of
IN: over the whole, over the entire, across the whole, across the entire, over all the, throughout, throughout the
IN: across the board in, over the complete, across the complete
GROUP: breakdown, breakdown of, break down of, split of, histogram of, distribution of, table of counts of
ORG: corporate author
LIST: extract a list, can you pull, could you pull, i must know, i must have, i should like to know, i should like
LIST: i am interested in seeing, i am keen to know, i am keen to see, i m keen to see, i m keen to know, work out
LIST: figure out, establish, determine, ascertain, find out, tot up, reveal, state
AVERAGE: on average, average, mean number of, average number of, in the mean, mean count of, typical number of
SUMMED: sum of, summed, summed up, sum total, add up, added up, adding up, added together, combined number of
SUMMED: cumulative number of, grand total of, aggregate number of, total sum of
MORE: and more than
LESS: and fewer than, and less than
FILLER: =, ==
ONCE: once, one time, a single time
HALF 1-6: 1st half of, 1st half, h1, early half of
HALF 7-12: 2nd half of, 2nd half, h2, latter half of, last six months of
HALF 1-3: 1st quarter of, 1st quarter, winter of, first three months of
HALF 4-6: 2nd quarter of, 2nd quarter
HALF 7-9: 3rd quarter of, 3rd quarter
HALF 10-12: 4th quarter of, 4th quarter, last three months of, final quarter of, final quarter
OF: out of all
AUTHORED: signed, signed by, wrote together, worked on, coauthor, written up, put their name to, put their names to
AND: n
NOT: dont, doesnt, didnt, isnt, arent, wasnt, werent, havent, hasnt, hadnt, do not have
WITHOUT: dont have, doesnt have, havent got, hasnt got
UPTO: up to and including, up to and incl, up to and with, through to, until and including
DESC: desc, descendingly, high to low, highest first, largest first, biggest first, from high to low, downwards
ASC: asc, ascendingly, low to high, lowest first, smallest first, from low to high, upwards
LIST: like to see, like to read, like to hear, should like to see, care to see, arrange for me
FILLER: of which the same is true, of which the same holds, that do the same, that do too, that do so too, likewise
FILLER: at your convenience, at your leisure, in your own time, in here, over here, which is it
FILLER: there must be, in advance, dear team, dear all, dear colleagues, hi team, hello team
FILLER: whats that, like that, it is not too much, not too much bother
FILLER: taken together, put together here, all told, in all its forms, so called
NOT: aside, leaving aside, leave aside, excluded, left out, left aside, set apart, discounting, disregarding
NOT: leaving off
FILLER: leaving
LIST: extract, tabulate, itemise, catalogue all, catalog all, recite, recap, retrieve
LIST: list out, print out, write out, type out, note down, jot down, pull out, pull together, round up, spit out, dump
LIST: bring up a list, draw up, draw up a list, make a list of, make me a list of, make a table of, prepare a list of
LIST: let us have, let us see, let me know, let us know, report all, report every, sum up, count off
LIST: i am after, i m after, we are after, we need, we want, we would like, we d like, i require, i seek, seeking
LIST: i m looking for, looking for, i am searching for, i search, search for, grep, filter for, select, choose
LIST: i wish to know, i wish to see, wish to know, wish to see, want to know, want to see, would like to know
LIST: need to know, have to know, must know, like to know, like to see, like to have, can you tell, could you tell
LIST: do you know, any idea, would you know, any chance of, how about listing
LIST: name names, provide me, provide us, supply me, deliver me
LIST: call up, track down, hunt down, single out, point out, put up, set out, lay out, go over, take me through
LIST: in need of, in search of, details of, particulars of, overview of, rundown of, roundup of, listing of, roster of
ISTHERE: has there been, have there been, was there, were there, is there any, are there any, do there exist
ISTHERE: does there exist, do we hold, do you hold, do you keep, have we got, have we, do we own, did any, did anyone
PERSON speaker: any1, anyone at all, some1, every1, no1, speakers list, speaker list, name of the speaker
PERSON speaker: peeps, men and women, speaker name, names of speakers, names of the speakers
PERSON speaker: academics and others, contributors, contributor, invitee, invited speaker
PAPER paper: literature, pub, pubs, e print, eprint, scientific paper
TALK talk: vid, vids, talk recording, video recording, seminar, colloquium, keynote, address given
SECTOR academic: uni, unis, univ, univs, varsity, alma mater, university affiliation
SECTOR company: co, enterprise, startup, start up, industry affiliation, company affiliation
PLACE affiliation: affil, affils, institution name, home base, organisation they belong to, organization they belong to
PAGE: web listing, saved page, pp
CODE code: code link attached, public repository, git repository, git, github project
BIO bio: biog, portrait, profile, bio text, biographical paragraph
ABSTRACT abstract: blurb, abstract text
AUTHOR authors: auth, auths, co writer
COMMENT comments: cmts, comment made, reader comment, reply, replies, response left
YEARN year: yr, yrs, years of publication, year by year, year of publication
HOWMANY: #, nr of, no of, how many different, how many distinct, number of different, number of distinct, # of
HOWMANY: quantity of, how large is the number of, what is the number of, what s the number of, what is the count of
HOWMANY: how big is the number of, headcount of, headcount, head count, how numerous
OLDEST: eldest, earliest ones, most ancient, most dated, very first, very oldest, very earliest
NEWEST: last published, most up to date, latest ones, most current, very latest, very newest
MOST: highest count of, highest number, top number of, maximum number of, most numerous
MOST: longest list of, longest row of, longest line of
MOST: greatest count of, a record number of
FEWEST: shortest list of, shortest row of
FEWEST: min, minimal number of, smallest count of, lowest count of, least number of
LARGEST: larger, bigger, fuller, fullest, hugest, largest sized
ATLEAST: no less, not less, as many as or more than, at the least, or no fewer than, min
ATMOST: at no greater than, not exceeding, capped at, not over, not above, as many as or fewer than, max
MORE: in excess of, north of
LESS: lower than
ORMORE: or greater, or better
ORLESS: max
EXACTLY: neither more nor less than, no more and no less than, just exactly
TWICE: two times, on more than one occasion, a second time, again and again
SEVERAL: a number of, two or more, at least two, more than 1, > 1, over 1, a couple of
SINGLE: a single, one and only one, only a single, just a single, no more than one
BOTH: overlap between, overlap of, intersection of, intersection between, in the overlap of, shared between, shared by
BOTH: common to, in common between, in both of, simultaneously on, at the same time on, both at once
ONLY: purely, and nothing else, and only, no one but, nobody but, none but, restricted to, limited to, confined to
ONLY: not elsewhere, and not elsewhere, nowhere but, not anywhere else
WITH: boast, present with
WITH: attached to it, accrue, drew, drawn, spark, sparked, amass
WITH: pull in, accumulate, rack up, garner, furnish, include an
WITH: include a, gave us, got itself, obtained, amount to, number among, count among, count up to
WITHOUT: devoid, bare of, sans, in want of, deprived of, with zero, with 0, without any
WITHOUT: no trace of, not one, nil, forgo, forgoes, short on, not having, have not got, have n't got
WITHOUT: has n't got, never got, fails to mention, is absent, are absent
NOT: barring, no longer, outside of the
FROM: attached to
FROM: attributed to, credited to, ascribed to, assigned to, affil
FROM: with affiliation, on the staff of, on the faculty of, hired by
FROM: on the payroll of, serving at, teaching at, professors at, located at, residing at, sent by, sitting at, housed at
FROM: whose affiliation is, whose employer is, whose institution is, whose home is
ON: shown on, found on, standing on, appearing on, featured on, posted on, placed on, sitting on, that sit on, on list
IN: over all, across all, over all of, across all of, among all, in the whole of, inside of, located in
PUBLISHED: date is, date stamp, stamped, datestamped, from the year, of the year
PUBLISHED: brought out, made available, went online, go online, got in, put online, out in, fall in, fall into
MENTION: touch on, touches on, touch upon
MENTION: name check, say the word, use the word, use the term, uses the word, invoke, allude to, speak the word
MENTION: contain the word, contains the word, containing the word, include the word, has the word, have the word
OCCUR: pop up, is used, are used, to be found
GROUP: broken out by, by group, sorted into, bucketed by, bucket by, tallied by, tally by, arranged into
GROUP: split out by, split up by, divided by, counted by, count by, separately for each, cluster by, organised by
EACH: apiece, individually for each, for each of the, for every one of the, in each of the
SORT: alphabetise, line up, lined up, list in order of
SHORTEST: is shorter, is briefer, most concise
LONGEST: is longer, is lengthier, most verbose
"""

# Politeness, asking, thinking; adverbs; nouns of the request; verbs of being listed; what a list is for.
WORDS = """
ie eg viz
noticed notice notices noticing spotted spot gathered observe observed saw realise realised realize realized
lol haha tbh imo imho afaik idk hmm yo dude ya yep nope ta cheerio pray kindly fancy hereby thereby therein herein thats
whats its abbreviation abbreviations abbreviated acronym readers reader convenience leisure window period interval span
grab pulling wish wished wishing prefer preferably expect expecting guess guessing suppose supposing assume assuming
remember recall forgot reckon curiosity kindness obliged thankful cheers greetings morning afternoon evening welcome
goodbye bye colleagues colleague sir madam guys buddy mate gently urgent urgently asap moment favour favor
trouble worry worries stuff bit piece pieces spreadsheet bullet bullets sake reason reasons prepare preparing
preparation preparations report reports reporting newsletter poster badge badges booklet flyer leaflet brochure agenda
meeting meetings homework librarian archivist boss supervisor guestbook newcomer beginner stats inventory audit
bibliography fully completely wholly literally strictly explicitly expressly officially formally reportedly apparently
evidently obviously clearly certainly definitely surely probably presumably usually normally typically sometimes
occasionally always indeed truly honestly frankly separately independently apart combined approximately roughly
especially particularly specifically seem seems seemed belong belongs belonging respect putting setting leave leaves
leaving keeping stay stays staying brought turning coming gotten taking took read reads reading seeing seen pick
picking picked choose choosing chosen select selected selecting partner partners nowadays meanwhile hitherto
whoever whomever wherever whenever howsoever practically essentially necessary necessarily important importantly
irrelevant label labels proper properly correct correctly accurate accurately belonged stemming originating tie ties
tied handy ready apologies apology excuse pardon forgive wondered pondering assistance assist assisting curate
curating curated oneself kindest warm warmest best sincerely
"""
