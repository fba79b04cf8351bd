"""The names of the supertags, in the order of their numbers in the data set's files."""

_NAMES = """
    RARE acl/L acl/L+ccomp/R acl/L+ccomp/R|L acl/L+cop/L|L acl/L+iobj/R+obj/R acl/L+iobj/R+obj/R|L
    acl/L+nsubj/L+cop/L|L acl/L+nsubj/L+cop/L|LR acl/L+nsubj/L+obj/R|L acl/L+nsubj/L+obj/R|LR acl/L+nsubj/L+xcomp/R|L
    acl/L+nsubj/L|L acl/L+nsubj/L|LR acl/L+obj/L+nsubj/L|LR acl/L+obj/R acl/L+obj/R+xcomp/R|L acl/L+obj/R|L
    acl/L+obj/R|LR acl/L+obj/R|R acl/L+xcomp/R acl/L+xcomp/R|L acl/L+xcomp/R|R acl/L|L acl/L|LR acl/L|R acl/R|R
    acl:relcl/L+cop/L|L acl:relcl/L+nsubj/L acl:relcl/L+nsubj/L+ccomp/R acl:relcl/L+nsubj/L+ccomp/R|L
    acl:relcl/L+nsubj/L+cop/L acl:relcl/L+nsubj/L+cop/L+xcomp/R|L acl:relcl/L+nsubj/L+cop/L|L
    acl:relcl/L+nsubj/L+cop/L|LR acl:relcl/L+nsubj/L+cop/L|R acl:relcl/L+nsubj/L+iobj/R acl:relcl/L+nsubj/L+obj/R
    acl:relcl/L+nsubj/L+obj/R+xcomp/R acl:relcl/L+nsubj/L+obj/R+xcomp/R|L acl:relcl/L+nsubj/L+obj/R|L
    acl:relcl/L+nsubj/L+obj/R|LR acl:relcl/L+nsubj/L+obj/R|R acl:relcl/L+nsubj/L+xcomp/R acl:relcl/L+nsubj/L+xcomp/R|L
    acl:relcl/L+nsubj/L+xcomp/R|R acl:relcl/L+nsubj/L|L acl:relcl/L+nsubj/L|LR acl:relcl/L+nsubj/L|R
    acl:relcl/L+obj/L+nsubj/L acl:relcl/L+obj/L+nsubj/L+xcomp/R acl:relcl/L+obj/L+nsubj/L|L
    acl:relcl/L+obj/L+nsubj/L|LR acl:relcl/L+obj/L+nsubj/L|R acl:relcl/L|LR advcl/L advcl/L+ccomp/R advcl/L+ccomp/R|L
    advcl/L+ccomp/R|LR advcl/L+cop/L|L advcl/L+cop/L|LR advcl/L+expl/L+nsubj/R|L advcl/L+iobj/R+ccomp/R|L
    advcl/L+iobj/R+obj/R|L advcl/L+nsubj/L+ccomp/R|L advcl/L+nsubj/L+ccomp/R|LR advcl/L+nsubj/L+cop/L+xcomp/R|L
    advcl/L+nsubj/L+cop/L|L advcl/L+nsubj/L+cop/L|LR advcl/L+nsubj/L+iobj/R+obj/R|L advcl/L+nsubj/L+obj/R+xcomp/R|L
    advcl/L+nsubj/L+obj/R|L advcl/L+nsubj/L+obj/R|LR advcl/L+nsubj/L+xcomp/R|L advcl/L+nsubj/L+xcomp/R|LR
    advcl/L+nsubj/L|L advcl/L+nsubj/L|LR advcl/L+nsubj/R+cop/R|LR advcl/L+obj/L+nsubj/L|LR advcl/L+obj/R
    advcl/L+obj/R+xcomp/R advcl/L+obj/R+xcomp/R|L advcl/L+obj/R+xcomp/R|LR advcl/L+obj/R|L advcl/L+obj/R|LR
    advcl/L+obj/R|R advcl/L+xcomp/R advcl/L+xcomp/R|L advcl/L|L advcl/L|LR advcl/L|R advcl/R advcl/R+cop/L|L
    advcl/R+expl/L+nsubj/R|L advcl/R+nsubj/L advcl/R+nsubj/L+ccomp/R|L advcl/R+nsubj/L+ccomp/R|LR
    advcl/R+nsubj/L+cop/L|L advcl/R+nsubj/L+cop/L|LR advcl/R+nsubj/L+iobj/R+obj/R|L advcl/R+nsubj/L+obj/R+xcomp/R|L
    advcl/R+nsubj/L+obj/R|L advcl/R+nsubj/L+obj/R|LR advcl/R+nsubj/L+xcomp/R|L advcl/R+nsubj/L+xcomp/R|LR
    advcl/R+nsubj/L|L advcl/R+nsubj/L|LR advcl/R+obj/R|L advcl/R+obj/R|LR advcl/R+obj/R|R advcl/R|L advcl/R|LR
    advcl/R|R advcl:relcl/L+nsubj/L advcl:relcl/L+nsubj/L+ccomp/R advcl:relcl/L+nsubj/L+cop/L|L
    advcl:relcl/L+nsubj/L+obj/R advcl:relcl/L+nsubj/L+obj/R+xcomp/R advcl:relcl/L+nsubj/L+obj/R|L
    advcl:relcl/L+nsubj/L+obj/R|LR advcl:relcl/L+nsubj/L+obj/R|R advcl:relcl/L+nsubj/L|LR advcl:relcl/L+nsubj/L|R
    advcl:relcl/L+nsubj/R|R advmod/L advmod/L|L advmod/L|LR advmod/L|R advmod/R advmod/R+ccomp/R advmod/R|L
    advmod/R|LR advmod/R|R amod/L amod/L+xcomp/R amod/L|L amod/L|LR amod/L|R amod/R amod/R|L amod/R|LR amod/R|R
    appos/L appos/L+nsubj/L+cop/L|L appos/L+nsubj/L+cop/L|LR appos/L+nsubj/L+obj/R|LR appos/L+nsubj/L|LR appos/L|L
    appos/L|LR appos/L|R aux/L aux/R aux/R|R aux:pass/L aux:pass/R case/L case/R case/R|R cc/R cc/R|R cc:preconj/R
    ccomp/L ccomp/L+expl/L+cop/L+csubj/R|L ccomp/L+expl/L+nsubj/R ccomp/L+expl/L+nsubj/R|L ccomp/L+expl/L+nsubj/R|LR
    ccomp/L+expl/L+nsubj/R|R ccomp/L+nsubj/L ccomp/L+nsubj/L+ccomp/R ccomp/L+nsubj/L+ccomp/R|L
    ccomp/L+nsubj/L+ccomp/R|R ccomp/L+nsubj/L+cop/L ccomp/L+nsubj/L+cop/L+ccomp/R|L ccomp/L+nsubj/L+cop/L+xcomp/R
    ccomp/L+nsubj/L+cop/L+xcomp/R|L ccomp/L+nsubj/L+cop/L|L ccomp/L+nsubj/L+cop/L|LR ccomp/L+nsubj/L+cop/L|R
    ccomp/L+nsubj/L+iobj/R+obj/R|L ccomp/L+nsubj/L+iobj/R|LR ccomp/L+nsubj/L+obj/R ccomp/L+nsubj/L+obj/R+xcomp/R
    ccomp/L+nsubj/L+obj/R+xcomp/R|L ccomp/L+nsubj/L+obj/R+xcomp/R|LR ccomp/L+nsubj/L+obj/R|L ccomp/L+nsubj/L+obj/R|LR
    ccomp/L+nsubj/L+obj/R|R ccomp/L+nsubj/L+xcomp/R ccomp/L+nsubj/L+xcomp/R|L ccomp/L+nsubj/L+xcomp/R|LR
    ccomp/L+nsubj/L|L ccomp/L+nsubj/L|LR ccomp/L+nsubj/L|R ccomp/L+nsubj/R+cop/R ccomp/L+nsubj/R+cop/R|L
    ccomp/L+nsubj/R+cop/R|LR ccomp/L+nsubj/R+cop/R|R ccomp/L+obj/L+nsubj/L ccomp/L+obj/L+nsubj/L|L
    ccomp/L+obj/L+nsubj/L|LR ccomp/L+obj/L+nsubj/L|R ccomp/L+obj/L|L ccomp/L+obj/R|L ccomp/L+obj/R|LR ccomp/L+obj/R|R
    ccomp/L|L ccomp/L|LR ccomp/L|R ccomp/R+nsubj/L+cop/L|L ccomp/R+nsubj/L+cop/L|LR ccomp/R+nsubj/L+obj/R
    ccomp/R+nsubj/L+obj/R|L ccomp/R+nsubj/L+obj/R|LR ccomp/R+nsubj/L+obj/R|R ccomp/R+nsubj/L|LR ccomp/R+nsubj/L|R
    compound/L compound/L|L compound/L|R compound/R compound/R+obj/R compound/R|L compound/R|LR compound/R|R
    compound:prt/L conj/L conj/L+ccomp/R|L conj/L+ccomp/R|LR conj/L+cop/L+xcomp/R|L conj/L+cop/L|L conj/L+cop/L|LR
    conj/L+expl/L+cop/L+csubj/R|L conj/L+expl/L+nsubj/R|L conj/L+expl/L+nsubj/R|LR conj/L+iobj/R+ccomp/R|L
    conj/L+iobj/R+obj/R|L conj/L+iobj/R+obj/R|LR conj/L+iobj/R+xcomp/R|L conj/L+iobj/R|LR conj/L+nsubj/L+ccomp/R|L
    conj/L+nsubj/L+ccomp/R|LR conj/L+nsubj/L+cop/L conj/L+nsubj/L+cop/L+ccomp/R|L conj/L+nsubj/L+cop/L+obj/R|LR
    conj/L+nsubj/L+cop/L+xcomp/R|L conj/L+nsubj/L+cop/L|L conj/L+nsubj/L+cop/L|LR conj/L+nsubj/L+cop/L|R
    conj/L+nsubj/L+iobj/R+ccomp/R|L conj/L+nsubj/L+iobj/R+obj/R|L conj/L+nsubj/L+iobj/R+obj/R|LR
    conj/L+nsubj/L+obj/R+xcomp/R|L conj/L+nsubj/L+obj/R+xcomp/R|LR conj/L+nsubj/L+obj/R|L conj/L+nsubj/L+obj/R|LR
    conj/L+nsubj/L+obj/R|R conj/L+nsubj/L+xcomp/R|L conj/L+nsubj/L+xcomp/R|LR conj/L+nsubj/L|L conj/L+nsubj/L|LR
    conj/L+obj/L+nsubj/L|L conj/L+obj/R conj/L+obj/R+xcomp/R conj/L+obj/R+xcomp/R|L conj/L+obj/R+xcomp/R|LR
    conj/L+obj/R|L conj/L+obj/R|LR conj/L+obj/R|R conj/L+xcomp/R|L conj/L+xcomp/R|LR conj/L|L conj/L|LR conj/L|R cop/L
    cop/R csubj/L+ccomp/R|L csubj/L+nsubj/L+obj/R|L csubj/L+nsubj/L+obj/R|LR csubj/L+nsubj/L|LR csubj/L+obj/R
    csubj/L+obj/R+xcomp/R|L csubj/L+obj/R|L csubj/L+obj/R|LR csubj/L+xcomp/R|L csubj/L|L csubj/L|LR csubj/R+obj/R
    csubj/R+obj/R|R csubj/R|LR csubj/R|R det/R det/R|L det/R|R det:predet/R discourse/L discourse/R
    discourse/R+nsubj/L discourse/R|R expl/L expl/R fixed/L flat/L flat/L|L flat/L|R goeswith/L iobj/L iobj/L|L
    iobj/L|LR iobj/L|R list/L list/L|L list/L|LR list/L|R mark/R mark/R|L mark/R|R nmod/L nmod/L|L nmod/L|LR nmod/R|L
    nmod/R|LR nmod/R|R nmod:desc/L nmod:desc/R nmod:desc/R|L nmod:desc/R|R nmod:poss/R nmod:poss/R|L nmod:poss/R|LR
    nmod:poss/R|R nmod:unmarked/L nmod:unmarked/L|L nmod:unmarked/L|LR nmod:unmarked/L|R nmod:unmarked/R
    nmod:unmarked/R|L nmod:unmarked/R|R nsubj/L nsubj/L|L nsubj/L|LR nsubj/L|R nsubj/R nsubj/R|L nsubj/R|LR nsubj/R|R
    nsubj:outer/R nsubj:outer/R|L nsubj:outer/R|LR nsubj:outer/R|R nsubj:pass/L|LR nsubj:pass/R nsubj:pass/R|L
    nsubj:pass/R|LR nsubj:pass/R|R nummod/L nummod/L|L nummod/R nummod/R|L nummod/R|LR nummod/R|R obj/L obj/L|L
    obj/L|LR obj/L|R obj/R obj/R|L obj/R|LR obl/L obl/L|L obl/L|LR obl/R|L obl/R|LR obl/R|R obl:agent/L|L
    obl:agent/L|LR obl:unmarked/L obl:unmarked/L|L obl:unmarked/L|LR obl:unmarked/L|R obl:unmarked/R obl:unmarked/R|L
    obl:unmarked/R|LR obl:unmarked/R|R orphan/L|L parataxis/L parataxis/L+ccomp/R parataxis/L+ccomp/R|L
    parataxis/L+cop/L|LR parataxis/L+expl/L+nsubj/R parataxis/L+expl/L+nsubj/R|R parataxis/L+nsubj/L
    parataxis/L+nsubj/L+ccomp/R parataxis/L+nsubj/L+ccomp/R|L parataxis/L+nsubj/L+ccomp/R|LR parataxis/L+nsubj/L+cop/L
    parataxis/L+nsubj/L+cop/L+ccomp/R|L parataxis/L+nsubj/L+cop/L+xcomp/R|L parataxis/L+nsubj/L+cop/L|L
    parataxis/L+nsubj/L+cop/L|LR parataxis/L+nsubj/L+cop/L|R parataxis/L+nsubj/L+obj/R
    parataxis/L+nsubj/L+obj/R+xcomp/R|L parataxis/L+nsubj/L+obj/R+xcomp/R|LR parataxis/L+nsubj/L+obj/R|L
    parataxis/L+nsubj/L+obj/R|LR parataxis/L+nsubj/L+obj/R|R parataxis/L+nsubj/L+xcomp/R parataxis/L+nsubj/L+xcomp/R|L
    parataxis/L+nsubj/L+xcomp/R|LR parataxis/L+nsubj/L+xcomp/R|R parataxis/L+nsubj/L|L parataxis/L+nsubj/L|LR
    parataxis/L+nsubj/L|R parataxis/L+obj/R parataxis/L+obj/R|L parataxis/L+obj/R|LR parataxis/L+obj/R|R
    parataxis/L+xcomp/R parataxis/L+xcomp/R|L parataxis/L|L parataxis/L|LR parataxis/L|R parataxis/R
    parataxis/R+nsubj/L punct/L punct/R reparandum/R root/0 root/0+ccomp/L+nsubj/L root/0+ccomp/L+nsubj/L+iobj/R
    root/0+ccomp/L+nsubj/L|LR root/0+ccomp/L+nsubj/R root/0+ccomp/R root/0+ccomp/R|L root/0+ccomp/R|LR
    root/0+ccomp/R|R root/0+cop/L+expl/L+csubj/R root/0+cop/L+nsubj/L root/0+cop/L+nsubj/L|L root/0+cop/L+nsubj/L|LR
    root/0+cop/L+nsubj/L|R root/0+cop/L|LR root/0+cop/L|R root/0+cop/R+nsubj/R root/0+cop/R+nsubj/R|L
    root/0+cop/R+nsubj/R|LR root/0+cop/R+nsubj/R|R root/0+csubj/L+cop/L|L root/0+csubj/L+cop/L|LR
    root/0+expl/L+cop/L+csubj/R root/0+expl/L+cop/L+csubj/R|L root/0+expl/L+cop/L+csubj/R|LR
    root/0+expl/L+cop/L+csubj/R|R root/0+expl/L+cop/L|LR root/0+expl/L+csubj/R|L root/0+expl/L+nsubj/R
    root/0+expl/L+nsubj/R|L root/0+expl/L+nsubj/R|LR root/0+expl/L+nsubj/R|R root/0+expl/R+nsubj/R
    root/0+expl/R+nsubj/R|L root/0+iobj/R+obj/R|L root/0+iobj/R+obj/R|LR root/0+iobj/R+obj/R|R root/0+nsubj/L
    root/0+nsubj/L+ccomp/R root/0+nsubj/L+ccomp/R|L root/0+nsubj/L+ccomp/R|LR root/0+nsubj/L+ccomp/R|R
    root/0+nsubj/L+cop/L root/0+nsubj/L+cop/L+ccomp/R root/0+nsubj/L+cop/L+ccomp/R|L root/0+nsubj/L+cop/L+ccomp/R|LR
    root/0+nsubj/L+cop/L+ccomp/R|R root/0+nsubj/L+cop/L+nsubj/L+ccomp/R|L root/0+nsubj/L+cop/L+nsubj/L+cop/L|LR
    root/0+nsubj/L+cop/L+nsubj/L+obj/R|L root/0+nsubj/L+cop/L+nsubj/L+obj/R|LR root/0+nsubj/L+cop/L+nsubj/L+xcomp/R|L
    root/0+nsubj/L+cop/L+nsubj/L|LR root/0+nsubj/L+cop/L+obj/R|L root/0+nsubj/L+cop/L+obj/R|LR
    root/0+nsubj/L+cop/L+xcomp/R root/0+nsubj/L+cop/L+xcomp/R|L root/0+nsubj/L+cop/L+xcomp/R|LR
    root/0+nsubj/L+cop/L+xcomp/R|R root/0+nsubj/L+cop/L|L root/0+nsubj/L+cop/L|LR root/0+nsubj/L+cop/L|R
    root/0+nsubj/L+iobj/R+ccomp/R root/0+nsubj/L+iobj/R+ccomp/R|L root/0+nsubj/L+iobj/R+ccomp/R|LR
    root/0+nsubj/L+iobj/R+ccomp/R|R root/0+nsubj/L+iobj/R+obj/R|L root/0+nsubj/L+iobj/R+obj/R|LR
    root/0+nsubj/L+iobj/R+obj/R|R root/0+nsubj/L+iobj/R+xcomp/R root/0+nsubj/L+iobj/R+xcomp/R|L
    root/0+nsubj/L+iobj/R+xcomp/R|R root/0+nsubj/L+iobj/R|LR root/0+nsubj/L+iobj/R|R root/0+nsubj/L+obj/R
    root/0+nsubj/L+obj/R+xcomp/R root/0+nsubj/L+obj/R+xcomp/R|L root/0+nsubj/L+obj/R+xcomp/R|LR
    root/0+nsubj/L+obj/R+xcomp/R|R root/0+nsubj/L+obj/R|L root/0+nsubj/L+obj/R|LR root/0+nsubj/L+obj/R|R
    root/0+nsubj/L+xcomp/R root/0+nsubj/L+xcomp/R|L root/0+nsubj/L+xcomp/R|LR root/0+nsubj/L+xcomp/R|R
    root/0+nsubj/L|L root/0+nsubj/L|LR root/0+nsubj/L|R root/0+nsubj/R|R root/0+obj/L+nsubj/L|L
    root/0+obj/L+nsubj/L|LR root/0+obj/R root/0+obj/R+xcomp/R root/0+obj/R+xcomp/R|L root/0+obj/R+xcomp/R|LR
    root/0+obj/R+xcomp/R|R root/0+obj/R|L root/0+obj/R|LR root/0+obj/R|R root/0+xcomp/R root/0+xcomp/R+obj/R|L
    root/0+xcomp/R|L root/0+xcomp/R|LR root/0+xcomp/R|R root/0|L root/0|LR root/0|R vocative/L vocative/L|L
    vocative/L|R vocative/R vocative/R|L vocative/R|R xcomp/L xcomp/L+ccomp/R xcomp/L+ccomp/R|L xcomp/L+ccomp/R|LR
    xcomp/L+ccomp/R|R xcomp/L+cop/L|L xcomp/L+cop/L|LR xcomp/L+iobj/R+ccomp/R|L xcomp/L+iobj/R+obj/R|L
    xcomp/L+iobj/R+obj/R|LR xcomp/L+iobj/R|L xcomp/L+iobj/R|LR xcomp/L+nsubj/R|L xcomp/L+obj/L|L xcomp/L+obj/L|LR
    xcomp/L+obj/R xcomp/L+obj/R+xcomp/R|L xcomp/L+obj/R+xcomp/R|LR xcomp/L+obj/R|L xcomp/L+obj/R|LR xcomp/L+obj/R|R
    xcomp/L+xcomp/R xcomp/L+xcomp/R|L xcomp/L+xcomp/R|LR xcomp/L+xcomp/R|R xcomp/L|L xcomp/L|LR xcomp/L|R
"""

SUPERTAGS = tuple(_NAMES.split())
