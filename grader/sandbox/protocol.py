#!/usr/bin/env python3
"""Frames between the judge and the runner, over two pipes

A frame is the length of a header, the length of a body, the header in JSON
and the body: arrays of float32, one after the other, whose shapes stand in
the header. Nothing of a frame is used before it has been checked, for what
the runner sends is a stranger's. Both programs have this file.
"""

import functools
import json
import operator
import os
import select
import struct
import time

import numpy as np

LENGTHS = struct.Struct('<II')
MOST_HEADER = 2 ** 18
MOST_BODY = 2 ** 26


class Broken(Exception):
    """What came is no frame, or nothing came in time"""


class Connection:
    """One end of the two pipes"""

    def __init__(self, reading, writing):
        """Takes the descriptors

        Args:
            reading: int, of the pipe to read from.
            writing: int, of the pipe to write to.
        """
        self.reading = reading
        self.writing = writing
        # Until when the other end is waited for; the runner waits for ever.
        self.deadline = None
        for descriptor in (reading, writing):
            os.set_blocking(descriptor, False)

    def close(self):
        """Closes both pipes; what is asked afterwards is Broken"""
        for descriptor in (self.reading, self.writing):
            os.close(descriptor)
        # Files that are opened later may get the same numbers.
        self.reading = self.writing = None

    def wait(self, reading, writing):
        """Waits until a pipe is ready, no longer than the deadline"""
        if self.reading is None:
            raise Broken('closed')
        left = None
        if self.deadline is not None:
            left = max(0, self.deadline - time.monotonic())
        if not any(select.select(reading, writing, [], left)):
            raise Broken('late')

    def send(self, header, arrays=()):
        """Sends a frame

        Args:
            header: dict, what JSON can write.
            arrays: list of arrays of numbers.

        Raises:
            Broken: if the other end does not take it in time.
        """
        arrays = [np.asarray(array, '<f4') for array in arrays]
        header = json.dumps(dict(header, shapes=[
            array.shape for array in arrays])).encode()
        body = b''.join(array.tobytes() for array in arrays)
        data = memoryview(LENGTHS.pack(len(header), len(body)) +
                          header + body)
        while data:
            self.wait([], [self.writing])
            try:
                data = data[os.write(self.writing, data):]
            except BlockingIOError:
                continue
            except OSError:
                raise Broken('closed')

    def read(self, count):
        """Reads so many bytes"""
        # A list of single bytes would take 50 times as much memory.
        data = bytearray()
        while len(data) < count:
            self.wait([self.reading], [])
            part = os.read(self.reading, min(count - len(data), 2 ** 20))
            if not part:
                raise Broken('closed')
            data += part
        return data

    def receive(self):
        """Receives a frame

        Returns:
            header, arrays: dict and list of float32 arrays.

        Raises:
            Broken: if what comes is no frame, or comes too late.
        """
        lengths = LENGTHS.unpack(self.read(LENGTHS.size))
        if lengths[0] > MOST_HEADER or lengths[1] > MOST_BODY:
            raise Broken('garbage')
        text, body = map(self.read, lengths)
        try:
            header = json.loads(text.decode())
            return header, arrays_of(header.pop('shapes'), body)
        except (AttributeError, KeyError, TypeError, ValueError,
                RecursionError):
            raise Broken('garbage')


def arrays_of(shapes, body):
    """Cuts the body of a frame into its arrays

    Args:
        shapes: what the header says of their shapes, which may be anything.
        body: bytes.

    Returns:
        list of float32 arrays.

    Raises:
        TypeError, ValueError: if these are no shapes, or not of this body.
    """
    arrays, at = [], 0
    for shape in map(tuple, shapes):
        # Python's integers cannot overflow, as NumPy's can.
        if len(shape) > 8 or not all(
                type(size) is int and 0 <= size <= MOST_BODY
                for size in shape):
            raise ValueError
        size = functools.reduce(operator.mul, shape, 4)
        if at + size > len(body):
            raise ValueError
        arrays.append(np.frombuffer(
            body[at:at + size], '<f4').reshape(shape))
        at += size
    if at != len(body):
        raise ValueError
    return arrays
