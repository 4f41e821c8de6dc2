#!/usr/bin/env python3
"""Whether models can be made with all sizes, judged after their layers

Where layers do not fit together, the checks before may have said why.
"""

import re

from ..printable import clean
from ..registry import Fault, IMAGES, Unjudged, check
from ..solution import written
from .contract import EVEN, EXERCISE, sizes_of

LAYERS = ('encoder-layers', 'decoder-layers', 'encoder-output',
          'decoder-output')


@check('returns')
def returns(subject):
    """Checks that there are three models, with the exercise's sizes"""
    subject.function()
    sizes, cause = EXERCISE[subject.task], None
    try:
        subject.primary
    except Unjudged as unjudged:
        # With no sizes at all: of the first, as the checks before say.
        sizes, cause = sizes_of(subject)[0], str(unjudged)
    try:
        subject.made(sizes)
    except Fault as fault:
        sentence = reason(subject, sizes, fault)
        for name, because in subject.not_judged.items():
            if because == cause:
                subject.not_judged[name] = sentence
        # What is asked later has this cause as well.
        subject.known[written(sizes)] = None, Fault(sentence, fault.line)
        raise subject.known[written(sizes)][1]


@check('sizes')
def sizes_all(subject):
    """Checks that there are three models, with other sizes too"""
    subject.because('returns')
    for sizes in sizes_of(subject):
        try:
            subject.made(sizes)
        except Fault as fault:
            raise Fault('{}; with other sizes it does not'.format(
                reason(subject, sizes, fault)), fault.line)


def unfitting(sentence):
    """Tells whether an error is that layers do not fit together"""
    return re.search('raised ValueError: .*(shape|size|dimension|'
                     'incompatible)', sentence)


def reason(subject, sizes, fault):
    """Says why layers of images do not fit together; else as it is"""
    if subject.task != IMAGES or not unfitting(str(fault)):
        return str(fault)
    for name in LAYERS:
        if name in subject.faults:
            raise Unjudged(str(subject.faults[name][0]))
    try:
        subject.models(EVEN)
        return '{}: its layers do not fit together, but with {} they do; ' \
            'max pooling must have same padding, which rounds up where a ' \
            'size is odd'.format(written(sizes), written(EVEN))
    except Unjudged as unjudged:
        if not unfitting(str(unjudged)):
            return str(fault)
        return '{}; its layers do not fit together: each convolution of ' \
            'the encoder needs pooling, and only the second to last ' \
            'convolution of the decoder may have valid padding'.format(
                clean(str(fault), 130))
