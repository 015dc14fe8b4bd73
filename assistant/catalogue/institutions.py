"""Institutions by all their usual names, with country and sector: "UT Austin" on a page is somebody's "Texas".

Comes in: nothing. Goes out: a table of well-known institutions and the words by which the sector of others is told.
It holds no institution of any page in particular; what it lacks is compared word by word.
"""

import re
from dataclasses import dataclass
from typing import Literal

from ingest.text import folded, plain_words

Sector = Literal["academic", "company", "laboratory"]

# country | sector | names, the one shown first. "University of X" and "X University" need no line of their own.
_TABLE = """
US academic: MIT; Massachusetts Institute of Technology
US academic: Caltech; California Institute of Technology; Cal Tech
US academic: Georgia Tech; Georgia Institute of Technology; GaTech
US academic: UC Berkeley; University of California Berkeley; Berkeley; Cal; UCB
US academic: UC San Diego; University of California San Diego; UCSD
US academic: UC Irvine; University of California Irvine; UCI; Irvine
US academic: UC Santa Cruz; University of California Santa Cruz; UCSC; Santa Cruz
US academic: UC Santa Barbara; University of California Santa Barbara; UCSB; Santa Barbara
US academic: UC Davis; University of California Davis
US academic: UC Riverside; University of California Riverside; UCR
US academic: UC Merced; University of California Merced
US academic: UCSF; University of California San Francisco; UC San Francisco
US academic: UCLA; University of California Los Angeles; UC Los Angeles
US academic: USC; University of Southern California; Southern California
US academic: UT Austin; University of Texas at Austin; UT; Texas; University of Texas; Austin
US academic: UT Dallas; University of Texas at Dallas
US academic: Texas A&M; Texas A&M University; TAMU
US academic: University of Pennsylvania; UPenn; Penn; U Penn; Pennsylvania
US academic: Pennsylvania State University; Penn State; Penn State University; PSU
US academic: University of Washington; UW; UDub; Washington; University of Washington Seattle
US academic: Washington University in St Louis; WashU; WUSTL; Washington University
US academic: Washington University in St Louis; Washington University in Saint Louis
US academic: Washington State University; WSU; Washington State
US academic: Northeastern University; Northeastern
US academic: Northwestern University; Northwestern
US academic: University of Wisconsin; University of Wisconsin-Madison; UW-Madison; Wisconsin; Wisconsin-Madison
US academic: UIUC; University of Illinois Urbana-Champaign; University of Illinois at Urbana-Champaign; Illinois
US academic: UIUC; Urbana-Champaign
US academic: UIC; University of Illinois Chicago; University of Illinois at Chicago
US academic: University of Chicago; UChicago; Chicago; U Chicago
US academic: TTIC; Toyota Technological Institute at Chicago; TTI-Chicago; TTI Chicago
US academic: University of Minnesota; UMN; Minnesota
US academic: University of Michigan; UMich; Michigan; U Michigan
US academic: Michigan State University; MSU; Michigan State
US academic: Ohio State University; OSU; Ohio State
US academic: University of Maryland; UMD; Maryland
US academic: UNC; University of North Carolina; University of North Carolina at Chapel Hill; UNC Chapel Hill
US academic: NC State; North Carolina State University; NCSU
US academic: Carnegie Mellon University; CMU; Carnegie Mellon
US academic: New York University; NYU
US academic: Johns Hopkins University; JHU; Johns Hopkins; Hopkins
US academic: University of Virginia; UVA
US academic: Virginia Tech; Virginia Polytechnic Institute
US academic: Stanford University; Stanford
US academic: Harvard University; Harvard
US academic: Yale University; Yale
US academic: Princeton University; Princeton
US academic: Columbia University; Columbia
US academic: Cornell University; Cornell
US academic: Brown University; Brown
US academic: Duke University; Duke
US academic: Rice University; Rice
US academic: Lehigh University; Lehigh
US academic: Purdue University; Purdue
US academic: Rutgers University; Rutgers
US academic: Dartmouth College; Dartmouth
US academic: Boston University; BU
US academic: Arizona State University; ASU
US academic: University of Arizona; Arizona
US academic: Institute for Advanced Study; IAS
US academic: University of Massachusetts Amherst; UMass; UMass Amherst
US academic: University of Colorado Boulder; CU Boulder
US academic: TILOS
UAE academic: NYU Abu Dhabi; New York University Abu Dhabi; NYUAD
UAE academic: MBZUAI; Mohamed bin Zayed University of Artificial Intelligence
Switzerland academic: EPFL; École Polytechnique Fédérale de Lausanne; Lausanne
Switzerland academic: ETH Zurich; ETH; ETHZ; Swiss Federal Institute of Technology Zurich
France academic: Université Paris-Saclay; Paris-Saclay; University of Paris-Saclay; Paris-Saclay University; Saclay
France academic: ENS; École Normale Supérieure; ENS Paris
France academic: École Polytechnique; Polytechnique
France academic: Sorbonne Université; Sorbonne University; Sorbonne
France laboratory: Inria
France laboratory: CNRS
UK academic: University of Oxford; Oxford; Oxford University
UK academic: University of Cambridge; Cambridge; Cambridge University
UK academic: UCL; University College London
UK academic: Imperial College London; Imperial; Imperial College
UK academic: University of Edinburgh; Edinburgh
Canada academic: McGill University; McGill
Canada academic: University of Toronto; Toronto; UofT; U of T
Canada academic: Université de Montréal; University of Montreal; UdeM
Canada academic: University of British Columbia; UBC
Canada academic: University of Waterloo; Waterloo
Canada laboratory: Mila
China academic: Tsinghua University; Tsinghua
China academic: Peking University; PKU
China academic: Chinese University of Hong Kong; CUHK; The Chinese University of Hong Kong
China academic: Hong Kong University of Science and Technology; HKUST
China academic: University of Hong Kong; HKU
Singapore academic: National University of Singapore; NUS
Singapore academic: Nanyang Technological University; NTU
Japan academic: University of Tokyo; Tokyo University
Japan laboratory: RIKEN
Korea academic: KAIST
Israel academic: Technion
Israel academic: Weizmann Institute; Weizmann Institute of Science
Israel academic: Tel Aviv University; TAU
Germany academic: TU Munich; Technical University of Munich; TUM
Germany academic: LMU Munich; Ludwig Maximilian University
Germany laboratory: Max Planck Institute; MPI
Austria academic: IST Austria; ISTA
Netherlands academic: TU Delft; Delft University of Technology
Netherlands academic: University of Amsterdam; UvA
Belgium academic: KU Leuven
Sweden academic: KTH; KTH Royal Institute of Technology
Italy academic: Politecnico di Milano
Turkey academic: Bilkent University; Bilkent
India academic: IISc; Indian Institute of Science
US laboratory: LBNL; Lawrence Berkeley National Laboratory; Lawrence Berkeley Laboratory; Lawrence Berkeley Lab
US laboratory: LBNL; Berkeley Lab; LBL
US laboratory: Los Alamos National Laboratory; LANL; Los Alamos
US laboratory: Argonne National Laboratory; Argonne
US laboratory: Lawrence Livermore National Laboratory; LLNL
US laboratory: Oak Ridge National Laboratory; ORNL
US laboratory: Sandia National Laboratories; Sandia
US laboratory: NASA Jet Propulsion Laboratory; JPL
US company: Google
UK company: Google DeepMind; DeepMind
"""
_COMPANIES = frozenset(
    "google deepmind openai anthropic microsoft amazon aws meta facebook apple nvidia intel amd ibm oracle"
    " adobe netflix"
    " uber airbnb twitter linkedin salesforce samsung huawei alibaba tencent baidu bytedance bosch siemens toyota sony"
    " hitachi qualcomm arm cadence synopsys ansys mathworks databricks snowflake cohere mistral xai spotify bloomberg"
    " dropbox yahoo ebay paypal cisco dell hp tesla waymo zoox anyscale continuum anaconda enthought canonical".split()
)
_COMPANY = re.compile(
    r"\b(?:inc|ltd|llc|gmbh|corp|corporation|company|technologies|software|solutions|ventures|startup)\b"
)
_LABORATORY = re.compile(
    r"\b(?:national (?:lab|laborator)|lawrence (?:berkeley|livermore)|observatory|max planck|nasa|cern)"
)
_ACADEMIC = re.compile(
    r"\b(?:universit|college|institute of tech|polytech|ecole|hochschule|faculty|school of|academy|uc |ut |tu )|\btech$"
)
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}")
SMALL_WORDS = frozenset(("the", "of", "at", "in", "for", "and", "de", "du"))


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution.

    Attributes:
        name: As shown.
        country: Or None when the table does not know it.
        sector: Or None when nothing tells it.
    """

    name: str
    country: str | None
    sector: Sector | None


def institution_key(name: str) -> str:
    """A name as it is compared: plain words without "the", "of", "at"."""
    # "M.I.T." is "MIT".
    name = _DOTTED.sub(lambda dotted: dotted[0].replace(".", ""), name).replace("&", " ")
    return " ".join(word for word in plain_words(name) if word not in SMALL_WORDS)


def _read_table() -> dict[str, Institution]:
    known: dict[str, Institution] = {}
    for line in _TABLE.strip().splitlines():
        place, _, names = line.partition(":")
        country, sector = place.split()
        shown, *_ = (name.strip() for name in names.split(";"))
        for name in names.split(";"):
            known[institution_key(name)] = Institution(shown, country, sector)  # type: ignore[arg-type]
    return known


KNOWN = _read_table()
"""Key → institution, each under all its names."""


def institution(name: str) -> Institution:
    """The institution of a name, known or told by its words."""
    return KNOWN.get(institution_key(name)) or Institution(name.strip(), None, _sector(name))


def is_company(name: str) -> bool:
    """Whether a name is a well-known company's, with or without "Research" behind it."""
    words = plain_words(name)
    return bool(words) and words[0] in _COMPANIES and set(words[1:]) <= {"research", "ai", "labs", "lab", "brain"}


def _sector(name: str) -> Sector | None:
    text = folded(name)
    if _LABORATORY.search(text):
        return "laboratory"
    if _ACADEMIC.search(text):
        return "academic"
    if _COMPANY.search(text) or _COMPANIES.intersection(plain_words(name)):
        return "company"
    return None
