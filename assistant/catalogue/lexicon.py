"""The words with which people ask about a collection, as data.

Comes in: nothing. Goes out: `CONCEPTS`, each line a concept (a tag for the rules, and the value that goes into the
query) with the phrases that say it, and `FILLER`, words that carry nothing of their own in such a question. A phrase
also stands for its inflections ("contains", "containing"); one that is written exactly so wins. A concept that no rule
reads, such as COUNTRYN, makes a question not understood: better than a condition dropped.
"""

CONCEPTS = """
TALK talk: talk, recording, recorded talk, recorded session, lecture, presentation, session, speech, recorded lecture
PAPER paper: paper, article, preprint, publication, daily paper, manuscript, research paper
RECORD: text, record, entry, item, document, thing, everything, anything, something, material, contribution
SORTED tutorial: tutorial
SORTED workshop: workshop
SORTED seasonal school: seasonal school
HEAD: main, at the head of it, at the top of it, in the heading, at its head, at its top, principal
PERSON speaker: speaker, people, person, presenter, lecturer, researcher, anyone, anybody, somebody, someone, everyone
PERSON speaker: ppl, everybody, individual, folk, folks, guest, human, staff, member, participant
NAMED: names
WHO: who, whom, whose, whos, whoever, whomever, anyone who, anybody who, everyone who, everybody who
POSITION role: position, post, role, job, job title, rank, academic title
PLACE affiliation: affiliation, institution, institute, employer, place, school, home institution, workplace
ORG organisation: organisation, organization
YEARN year: year, calendar year, publication year
MONTHN month: month
DAYN: day, weekday
PAGE: page, section, listing, category, tab, source page, web page, webpage, site page
PAGE talk: talk page, recorded talk page, recorded talks page, talks page
PAGE paper: daily list, daily papers list, list of daily papers, daily page, daily paper page, daily papers page
PAGE paper: paper page, papers page
CHAPTER chapters: start time, starting time, time mark, chapter, chapter mark, chapter list, timestamp, time stamp
CHAPTER chapters: chapter time
ABSTRACT abstract: abstract, summary, description, synopsis
BIO bio: bio, biography, biographical note, biographical text, biographical information, cv, speaker bio
BIO bio: speaker biography, short bio, biographical sketch, vita, author bio
CODE code: code, source code, open source code, github, git hub, repo, repository, code repository, implementation
CODE code: github link, code link, link to code, github repo, github repository, code address, github address
CODE code: git repo
CODE code: github page, github url, public code, open source, gitlab, open code, available code, code base, codebase
LINK link: homepage, home page, personal homepage, personal page, personal website, link, url, web address, address
LINK link: hyperlink, website, web link, internet address
VIDEO video: video, video link, video address, youtube link, video url
DATE date: date, publication date, date of publication, release date
FULLDATE full_date: full date, complete date, exact date
AUTHOR authors: author, coauthor, co author, writer
TEAM authors: team, author team, group of authors, collaboration, author list, crew
AUTHORCOUNT authors: author count, number of authors, author number, count of authors, authors count, team size
COMMENT comments: comment, remark
COMMENTCOUNT comments: comment count, number of comments, count of comments
COMMENTED comments: commented, commented on, discussed, commented upon, got comments, received comments, drew comments
TITLE title: title, heading, headline
TITLE title: name of the talk, name of the paper, names of the talks, names of the papers
HASNO date: undated, dateless
HASNO year: yearless
HASNO comments: uncommented
ODDTIME odd_time: impossible time, impossible chapter time, odd time, wrong time, broken time, strange time, bad time
ODDTIME odd_time: time that cannot be right, times that cannot be right, suspicious time, implausible time
ODDTIME odd_time: impossible timestamp, wrong timestamp, odd timestamp, broken timestamp, bad timestamp
TIMES: time, occasion, appearance
ROLE assistant professor: assistant professor, assistant professorship
ROLE associate professor: associate professor, associate professorship
ROLE full professor: full professor
ROLE professor: professor, professorship, prof
ROLE lecturer: lecturer position
ROLE research scientist: research scientist
ROLE scientist: scientist
ROLE engineer: engineer
ROLE postdoc: postdoc
ROLE postdoc: post doc
ROLE postdoc: postdoctoral
ROLE postdoc: postdoctoral scholar
ROLE postdoc: postdoctoral researcher
ROLE postdoc: postdoctoral fellow
ROLE postdoc: postdoctoral associate
ROLE postdoc: postdoctorate
ROLE director: director
ROLE dean: dean
ROLE student: student, phd student, ph d student, doctoral student, graduate student
ROLE fellow: fellow, research fellow
ROLE manager: manager
ROLE editor: editor
ROLE chair: chair, co chair, chairperson
SECTOR company: company, firm, industry, corporation, corporate, business, industrial, private company, tech company
SECTOR company: industry lab, industrial lab, private sector, industry research, the private sector, commercial
SECTOR academic: university, academia, academic, college, academic institution, academics, higher education
SECTOR laboratory: laboratory, lab, national lab, national laboratory, research lab, government lab
SECTOR laboratory: research laboratory
CITY: california, texas, new york, boston, chicago, san diego, los angeles, san francisco, seattle, paris, london
CITY: berlin
CITY: zurich, vienna, montreal, vancouver, toronto, beijing, tokyo, hawaii, munich, rome, amsterdam, new orleans
COUNTRY US: us, usa, u s, u s a, united states, united states of america, america, the states
COUNTRY UK: uk, u k, united kingdom, britain, great britain, england
COUNTRY Switzerland: switzerland
COUNTRY France: france
COUNTRY Canada: canada
COUNTRY China: china
COUNTRY UAE: uae, united arab emirates, emirates
COUNTRY Germany: germany
COUNTRY Japan: japan
COUNTRY Israel: israel
COUNTRY Singapore: singapore
COUNTRY Korea: korea, south korea
COUNTRY India: india
COUNTRY Italy: italy
COUNTRY Austria: austria
COUNTRY Netherlands: netherlands
COUNTRY Turkey: turkey
COUNTRY Belgium: belgium
COUNTRY Sweden: sweden
COUNTRY UK|Switzerland|France|Germany|Italy|Austria|Netherlands|Belgium|Sweden: europe
COUNTRY China|Japan|Korea|Singapore|India|Israel|UAE|Turkey: asia
COUNTRY US|Canada: north america
NATION US: american
NATION UK: british, english
NATION Switzerland: swiss
NATION France: french
NATION Canada: canadian
NATION China: chinese
NATION Germany: german
NATION Japan: japanese
NATION Israel: israeli
NATION Korea: korean
NATION India: indian
NATION Italy: italian
NATION Austria: austrian
NATION Netherlands: dutch
NATION Turkey: turkish
NATION Sweden: swedish
NATION UK|Switzerland|France|Germany|Italy|Austria|Netherlands|Belgium|Sweden: european
NATION China|Japan|Korea|Singapore|India|Israel|UAE|Turkey: asian
UNRECORDED in which language a talk is: spanish, mandarin, russian, portuguese, arabic, hindi, latin
ABROAD US: abroad, non us, non american, foreign, international, overseas
OUTSIDE: outside, outside of, beyond, out of
WITH: with, w/, has, have, having, had, contain, include, carry, come with, offer, provide, got, feature
WITH: accompanied by
WITH: release, come along with, possess, own, bear, equipped with
WITH: gives, giving, receive, get, gather, attract, supply, shows, showing, lists
WITH: consist of, divided into, split into, collected, featuring, sport, bring, that name, names an
WITH: broken down into, broken into, split up into
WITH: ship with, come complete with, come together with, split in, split up in, divided in, divided up into, cut into
WITH: segmented into, structured in, structured into, comprise, consist, there is, there are, there s, there exist
WITH: for which there is, for which there are, go with, stocked with, link with, backed by, in possession of
LINKTO: go to, goes to, lead to, leads to, direct to
LINKTO: link to, links to, linking to, linked to, point to, points to, pointing to
LINKTO: link out, link out to, link somewhere, link elsewhere, link anywhere, link off, lead to, refer out to
LIST: remind me, list, show, give me, tell me, name, find, enumerate, display, print, give, get me, show me, find me
LIST: pull up
LIST: i want, i need, i would like, let me see, i am looking for, output, return, fetch, look up, present me, list me
LIST: pick out, point me to, let me have, can i see, may i see, can i have, could i have, could i see, i d like to see
LIST: i d like, i d like to know, i would like to know, i would like to see, dig up, dig out, spell out, run through
LIST: hand me, write down, put together, compile, gather for me, grab me, send me, identify, go through, read out
MENTION: mention, refer to, bring up, make mention of, name drop, cite, reference
OCCUR: mentioned, appear, occur, found, come up, cited, referred to, turn up, show up, crop up, stand
USE: use, report on, report results on, evaluate on, test on, train on, evaluated on, tested on, trained on
USE: benchmark on
STARTS: start with, begin with, open with, start, begin
TITLED: titled, entitled, called, named, known as
WORD: word, term, phrase, string, expression, keyword, words
WITHOUT: without, w/o, lack, miss, missing, no, devoid of, free of, minus, absent, have no, has no, with no, omit
WITHOUT: none with, nothing with, none that have, none having, none has, none have, not a single, nobody with
WITHOUT: not any, fail to have, fail to provide, fail to give, fail to include, short of
NOT: but those, but the ones, all but, everything but, not, n't, never, except, except for, exclude, excluding
NOT: other than, apart from, leave out, leaving out, skip
NOT: ignore, neither, rather than, instead of, none of, aside from, besides, disregard, in place of, drop, cannot
NOT: hide, strip, strip out, scrap, delete, forget the, forget about, cross out, lift
NOT: screen out, rule out, deduct, subtract
NOT: any year but, every year but, all years but, any page but, every page but, anyone but, everyone but
NOT: leave aside, minus those, save for, without those, without the ones
NOT: remove, take out, take away, throw out, throw away, discard, get rid of, filter out, strike out
NOT: cut out, weed out, ignoring, dropping, removing, kick out, set aside
NOR: nor
GIVEN: given, listed, attached, stated, known, recorded, available, specified, indicated, noted, provided, held
GIVEN: filmed, presented, on file, on record
GIVEN: public, publicly available, made available, freely available
GIVEN: delivered, take place, took place, taking place, happen, present
HELD: give it, gave it, hold it, held it, present it, presented it, deliver it, delivered it
HELD: gave that, hold that, give that, give this talk, give that talk, give their talk
ON: on, onto, filed under, listed on, listed under, in the list of
UNDER: under
IN: in, within, inside
AT: at
FROM: from, affiliated with, affiliated to, associated with, work at, work for, based at, based in, belong to
FROM: represent
FROM: come over from, came over from, come from, coming from, hail from, employed by, employed at, originate from
FROM: working for, working at, working in
FROM: employed by, on the payroll of, on staff at
FROM: affiliated, work in, teach at, teaching at, teach in, sit at, located at, located in
OF: of
BY: by, given by, presented by, delivered by
TO: to, through, thru, till
PUBLISHED: published, released, posted, dated, appeared, came out, come out, submitted, uploaded, date from
PUBLISHED: date back to
PUBLISHED: put out, made public, carry the date, bear the date, written in, dating from
AUTHORED: behind it, behind this paper, behind that paper, behind this one
AUTHORED: authored, written, coauthored, co authored, penned, wrote, write
AND: and, as well as, plus also, along with, together with
BUT: but, yet, although, though, however
OR: or, and or
ALSO: too, also, as well
BOTH: both, together, jointly, at once, at the same time, simultaneously
ALL: all, all of, entire, whole
EACH: each, per, every, for each, for every, by each, in each, in every
GROUP: break, group, group by, grouped by, broken down by, break down by, split by, group them by, breakdown by
GROUP: distribution over
GROUP: distribution by, distributed over, spread over, across
ONLY: and no other, on no other, on no other page, and on no other, and on no other page, no other page, only, just
ONLY: solely, exclusively, alone, merely, nowhere else, and nowhere else, no other, unique to
EXACTLY: exactly, precisely
MORE: >, more than, over, above, greater than, exceed, exceeding, upwards of
LESS: <, fewer than, less than, below
ATLEAST: ≥, >=, at least, no fewer than, no less than, not fewer than, not less than, minimum of, minimum
ATLEAST: a minimum of, with no fewer than, with no less than, have no fewer than, has no fewer than
ATLEAST: having no fewer than
ATMOST: with no more than, with not more than, have no more than, has no more than, having no more than
ATMOST: ≤, <=, at most, no more than, not more than, maximum of, a maximum of
UPTO: up to and including, until and including, through to, up to, until, up until, no later than, not later than
ORMORE: or more, and more, or above, and up, +, and above, or higher, and over, or over, and upwards, plus
ORLESS: or fewer, or less, and fewer, and less, or below, and below, or lower
BEFORE: before, prior to, earlier than, older than, precede, predate, pre, preceding, predating
AFTER: after, later than, newer than, past, more recent than, younger than, following
SINCE: since, starting in, starting from, as of, from no earlier than, no earlier than, not before
ONWARDS: from then on, since then, thereafter, from there on, ever since
EARLIER: before then
ONWARDS: forward, forwards, and up, onward, onwards, and later, or later, and after, or after, or newer, and newer
ONWARDS: or more recent, and onwards
EARLIER: or earlier, and earlier, or before, or older, and before, and older
BETWEEN: between
HALF 1-6: first half of, first half
HALF 7-12: second half of, second half, last half of, last half
HALF 1-3: first quarter of, first quarter, q1
HALF 4-6: second quarter of, second quarter, q2
HALF 7-9: third quarter of, third quarter, q3
HALF 10-12: fourth quarter of, fourth quarter, last quarter of, q4
HALF 3-5: spring of, spring
HALF 6-8: summer of, summer
HALF 9-11: autumn of, autumn, fall of
SEVERAL: several, multiple, multi, many, various, a few, more than one, more than a single, over one
TWICE: twice, more than once, repeatedly, several times, multiple times, more than one time
SINGLE: single, sole, solo, lone, one single, only one, just one, exactly one
NEWEST: newer, later, more recent, newest, latest, most recent, most recently, youngest, newest ones, freshest
OLDEST: older, earlier, oldest, earliest, least recent, longest ago
MOST: most, largest number of, highest number of, greatest number of, biggest number of, maximum, highest, maximal
MOST: largest number, more than any other, the largest count of, the highest count of, more, largest amount of
FEWEST: fewest, fewer, least, smallest number of, lowest number of, lowest, minimal, smallest number
LARGEST: largest, biggest, greatest, most crowded
SMALLEST: smallest, tiniest
LONGEST: longest, lengthiest
SHORTEST: shortest, briefest
OFTEN: often, frequently, frequent, prolific, busy
FILLER: next to the name, beside the name, next to their name, beside their name, after the name, counted once
FILLER: full list, full list of, complete list, complete list of, entire list, whole list, list of all
FILLER: would it be possible, is it possible, it be possible, a list of
FILLER: are n't there, is n't there, is n't it, do n't they, are n't they, does n't it, i mean, so far, by the way
FILLER: it would be, it d be, it be, be so kind, so kind as to, be kind enough, kind enough, kind of you to
FILLER: nice of you to
FILLER: kind of you, nice of you, good of you, on the bill, on the programme, on the program, on the roster, on the card
FILLER: any kind, of any kind, of any sort, is enough, are enough, will do, of course, oops, whoops, my mistake
FREE date: no matter the year, no matter which year, regardless of year, regardless of the year, of any date
FREE date: irrespective of year, irrespective of the year, of any year, from any year, in any year
FREE date: all years, whatever year, whatever the year, whichever year, all dates
FREE page: back to all pages, back to all the pages, back to every page, back to both pages, all pages again
FREE page: back to any page, back to the whole collection
FREE page: on any page, whatever page, whichever page
FREE: no matter, regardless of, irrespective of, independent of, independently of, never mind, whatever the
CHANGE: change, replace, swap, switch, modify, substitute
OPPOSITE: contrary, the contrary, opposite, vice versa, converse, conversely, inverse, the other way about
OPPOSITE: complement, reverse question, turn it around, turn that around, flip it, flip that, invert that
FILLER: that s all
FILLER: care about, i care about, i only care about, interested in
FILLER: at least once, out of curiosity, out of interest, i ask, i wonder, if you please, by any chance, as it happens
FILLER: for the record, all in all, if possible, when you can, while you are at it, once again, all right, in that case
FILLER: as a matter of fact, for my notes, for a report, i was told, i think, i believe, i guess, i suppose, i see
FILLER: remain, remains, are left, is left, left over, still there, now remain, at that, among others
FILLER: that is all, if any, at all, somewhere, in there, that is to say, or so
FIRST: at the beginning, at the start, at the head, at the head of the list, at the front, in first place
EDGE: at the beginning of, at the start of
FIRST: at top, on the top, first, at the top, on top, top
FIRST: leading, in the lead, up front, on the very top, in front, coming first, to start with, to begin with, up top
LAST: last, final, at the end, at the bottom
SORT: sort, order, arrange, rank, ranked, rank them, ordered, in order of, in order, sequence, put in order
SORT: according to
EDGE: beginning of, start of, end of, beginning, end
GOINGBY: going by, counting, based on, judging by, considering
ALPHA: alphabetical, alphabetically, a to z, a z, abc order, alphabet, in alphabetical order, alphabetic
CHRONO: chronological, chronologically, in chronological order, by chronology
BACKWARDS: reverse, backwards, z to a, other way round, other way around, reversed, invert, flip, opposite order
ASC: ascending, increasing, upward, in ascending order, in increasing order
DESC: descending, decreasing, downward, in descending order, in decreasing order, falling
INCLUDED: considered, counted in, taken into account, included, inclusive, incl, included too
INCLUDING: also count, count also, please also count, if you count, also include, include also, include the people
INCLUDING: counting also
INCLUDING: including, include people, include those, if you include, when you count, if we count, even those
INCLUDING: including those
SURNAME: last name, surname, family name, speaker surname, speaker last name, speakers last names
WITHWHOM: with whom, who else, co speaker, co presenter, anybody else, anyone else, somebody else, someone else
WITHWHOM: fellow speaker, fellow presenter, partner, co host, who besides, who apart from, other people
OCCUR: figure on, figure in, feature on
GIVEN: take part, participate, taking part, took part
OFWHICH: out of them, out of these, out of those, out of all of them, out of all these, out of this list
FIRSTNAME: first name, given name, forename
HOWMANY: how many, number of, count of, what number of, total number of, how much, exact number of, total count of
HOWMANY: a count of, number, tally
COUNT: count, tally up, in total, altogether, overall, in all, total
WHICH: which, what, which one, which ones, what one
WHERE: where
WHEN: what time, at what time, when, on which day, what day, on what day, which date, what date, on which date
WHEN: on what date
ISTHERE: is there, are there, do you have, have you got, do we have, is any, are any, does any, do any, exist
THEM: them, those ones, those, these, they, their, theirs, ones, the one, the only one, the ones
IT: it, its, this, that one, this one, this talk, this paper
HESHE: he, she, his, her, him
OTHERS: others, other ones, rest, remaining, remainder, remaining ones
SHARE: share
COMMON: in common, have in common
OTHER: another, other
SAME: same, identical
HOWABOUT: same for, same thing for, same question for, same again for, same with, same thing but, ditto for
HOWABOUT: likewise for, repeat that for, repeat this for, repeat it for, repeat for, do that for, do this for
HOWABOUT: again for, once more for, try, try with, run it for, run that for, same search for, same again with
HOWABOUT: same question but, same again but, same list for, same list but, do the same for, now for, and for
YOU: who are you, what are you, made you, built you, created you, developed you, trained you, programmed you
YOU: designed you, invented you, wrote you, owns you, runs you, operates you, your name, your maker, your creator
YOU: about you, about yourself, are you a, are you an, behind you, your purpose, you call yourself
OPINION: well known, good talk, good paper, great talk, great paper, best talk, best paper, nice talk, good speaker
OPINION: great speaker, best speaker, even number, odd number, median, best ones, good ones, good one
EITHER: either
ORDINAL 2: second, 2nd, runner up
ORDINAL 3: third, 3rd
ORDINAL 4: fourth, 4th
ORDINAL 5: fifth, 5th
NEXT: next, subsequent
PREVIOUS: previous, prior, foregoing
CONDITION: condition, requirement, criterion, criteria, restriction, constraint
SIGN: question mark, exclamation mark, colon, semicolon, hyphen, parenthesis, bracket, punctuation, digit, letter
ADD: add, adding
THERE: there
HOWABOUT: what about, how about, and what about, and how about
ABOUT: about, speak of, speaks of, concern, regarding, deal with, related to, cover, discuss, treat, focus on, study
ABOUT: tackle, explore
ABOUT: look at, on the topic of, topic, subject, theme, concerning, revolve around
HOWOFTEN: how often, how many times, how frequently
SAYS: say, explain, describe, argue, mean, prove, why, how, claim, teach, propose, summarise, summarize, tell me about
SAYS: suggest, recommend, define, compare, show that, find that, think, believe
UNRECORDED how long a talk lasts: longer than, shorter than, how long, duration, running time, run time, runtime
UNRECORDED how long a talk lasts: minute, hour, length
UNRECORDED how long a talk lasts: how lengthy, in min, in mins, mins
ONLY: only ones, just ones
UNRECORDED how long a talk lasts: longest talk, shortest talk, longest recording, shortest recording, longest lecture
UNRECORDED how long a talk lasts: longest session, shortest session, longest presentation, longest video, long does
UNRECORDED how often a talk was watched: view, viewer, view count, watched, most viewed, viewed, click, popular
UNRECORDED how often a talk was watched: popularity
UNRECORDED how often a talk was watched: download count, most downloaded, play count, audience figures, streamed
UNRECORDED how often a talk was watched: how popular, downloaded, how often downloaded, follower, subscriber
UNRECORDED ratings, likes or votes: rating, liked, likes, upvote, upvoted, vote, star, thumbs up, rated, best rated
UNRECORDED ratings, likes or votes: highest rated, top rated, ranking, review, grade, stars, best reviewed
UNRECORDED where a paper was published: journal, venue, conference, proceeding, publisher, accepted, accepted at
UNRECORDED where a paper was published: neurips
UNRECORDED where a paper was published: icml, iclr, aaai, cvpr, peer reviewed, peer review, acceptance, arxiv
UNRECORDED citation counts: citation, citation count, most cited, times cited, how often cited, impact factor, h index
UNRECORDED citation counts: cited most, highly cited, cited by, cited the most
UNRECORDED where a talk can be watched: watch, where to watch, where can i watch, watch it, watch the recording
UNRECORDED where a talk was given: venue of the talk, location, city, room, building, auditorium, which city
UNRECORDED where a talk was given: what city
UNRECORDED in which language a talk is: language, subtitle, spoken in, caption, closed caption
UNRECORDED how many people attended: attended, attendance, attendee, audience size, attend, audience, listener
UNRECORDED how many people attended: turnout, people came, came to it, showed up, turned up, in the room
UNRECORDED who moderated, introduced or organised a talk: moderator, moderated, host, hosted, chaired, who introduced
UNRECORDED who moderated, introduced or organised a talk: who put together, who arranged, who set up, who convened
UNRECORDED who moderated, introduced or organised a talk: who invited, who curated, convened, convener, sponsored
UNRECORDED who moderated, introduced or organised a talk: organizer, organiser, organised, organized, sponsor, funded
UNRECORDED what the audience asked: question from the audience, questions asked, audience question, q and a, asked
UNRECORDED what a talk costs: cost, price, ticket, fee, how expensive, admission, registration fee
UNRECORDED slides: slide, slide deck, deck, powerpoint, handout
UNRECORDED transcripts: transcript, transcription
UNRECORDED e-mail addresses or telephone numbers: e mail, email, e mail address, email address, phone number
UNRECORDED e-mail addresses or telephone numbers: telephone
UNRECORDED e-mail addresses or telephone numbers: phone, telephone number, contact detail, contact
UNRECORDED e-mail addresses or telephone numbers: contact information
UNRECORDED e-mail addresses or telephone numbers: twitter handle, twitter, linkedin, how can i contact
UNRECORDED e-mail addresses or telephone numbers: how do i contact, how to contact, how can i reach, how do i reach
UNRECORDED e-mail addresses or telephone numbers: postal address, how to reach
UNRECORDED whether somebody is a woman or a man, or how old: youngest speaker, oldest speaker, youngest presenter
UNRECORDED whether somebody is a woman or a man, or how old: oldest presenter, youngest person, oldest person, female
UNRECORDED whether somebody is a woman or a man, or how old: male, woman, man, women, men, gender, age
UNRECORDED whether somebody is a woman or a man, or how old: how old
UNRECORDED whether somebody is a woman or a man, or how old: birthday, date of birth, born, nationality, birthplace
UNRECORDED whether somebody is a woman or a man, or how old: married, salary, hometown
UNRECORDED what somebody earns or does in private: earn, income, wage, spouse, wife, husband, hobby, childhood
UNRECORDED what somebody earns or does in private: children, kids, grow up, grew up, raised
UNRECORDED file sizes, resolutions or formats: file size, resolution, file format, megabyte, pdf, page count
UNRECORDED how many words or pages a text has: word count, how many words, number of words
UNRECORDED DOIs or other numbers of a publication: doi, isbn, identifier
UNRECORDED licences: licence, license, copyright
"""

# Small words, politeness, and everyday verbs and adverbs.
FILLER = """
table a an the for as so if then than u r very really actually basically simply quite rather pretty please kindly
thanks thank you hi hello hey ok okay well yes yeah right sure great good nice perfect cool fine sorry dear is are was
were be been being am s re ve d m ll do does did doing done could can would will may might shall should must let we i
me my mine our ours your yours myself want wants wanted need needs needed like know knows see look looks looking
wonder wondering curious interested interest love care mind bother help ask asking able possible possibly perhaps
maybe quick quickly brief briefly that whichever whatever such some certain particular specific kind type types kinds
sorts way ways form case cases here collection corpus library archive database catalogue catalog dataset data set
index program site store repertoire hold holds holding keep keeps kept stock currently now today still ever already
make made makes making take takes taken go goes went gone going come comes came put puts run runs speak speaks
speaking spoke spoken talking heard hear hears listen gave work works working worked serve serves act acts acting
different distinct separate unique amount stands standing sit sits located turn turned actual respective respectively
corresponding relevant again back else up down off into via among amongst amid toward towards because while whether
even therefore thus hence moreover additionally further furthermore using used based matching match matches meet meets
satisfy satisfies fulfil fulfill fulfils much lot lots plenty couple bunch selection range information info detail
details answer answers question questions response result results shown displayed printed covered involved involving
involve involves said tell tells telling told marked labelled labeled tagged flagged counted considered publicly
online freely whatsoever anywhere somewhere everywhere hand hands side world stage level far campus campuses any
consider restrict limit narrow filter fall falls lie lies fit fits applies apply true gimme gotta
wanna lemme pls plz thx alright friend assistant bot irrespective regardless matter date's
hm hmm mm mhm uhm erm aha hmmm ahem
glad happy grateful appreciate appreciated delighted overview hope hoping try trying
check verify confirm meant send sends sent sending enough suffice suffices alike instead oh ah um er anyway anyhow
"""
