#!/usr/bin/env python3
"""Frames between the judge and the servant, over two pipes

A frame is the length of a header, the length of a body, the header in JSON
and the body: arrays of float32, one after the other, whose shapes stand in
the header. Nothing of a frame is used before it has been checked, for what
the servant sends is a stranger's. Both programs have this file.
"""

import json
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


class Wire:
    """One end of the two pipes"""

    def __init__(self, reading, writing):
        """Takes the descriptors

        Args:
            reading: int, of the pipe to read from.
            writing: int, of the pipe to write to.
        """
        self.reading = reading
        self.writing = writing
        # Without a time to wait until, as in the servant, there is no limit.
        self.deadline = None
        for descriptor in (reading, writing):
            os.set_blocking(descriptor, False)

    def close(self):
        """Closes both pipes; what is asked afterwards is Broken"""
        for descriptor in (self.reading, self.writing):
            os.close(descriptor)
        # The numbers may soon be those of other files.
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
        # Not a list: byte by byte, it would take 50 times as much memory.
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
            shapes = [tuple(shape) for shape in header.pop('shapes')]
            # Python's own numbers, for a product of NumPy's may overflow.
            if not all(type(size) is int and 0 <= size <= MOST_BODY
                       for shape in shapes for size in shape):
                raise ValueError
            sizes = []
            for shape in shapes:
                size = 4
                for length in shape:
                    size *= length
                sizes.append(size)
            if sum(sizes) != len(body) or max(map(len, shapes), default=0) > 8:
                raise ValueError
        except (AttributeError, KeyError, TypeError, ValueError,
                RecursionError):
            raise Broken('garbage')
        arrays, at = [], 0
        for shape, size in zip(shapes, sizes):
            arrays.append(np.frombuffer(
                body[at:at + size], '<f4').reshape(shape))
            at += size
        return header, arrays
