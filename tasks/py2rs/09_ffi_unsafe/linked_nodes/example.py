"""A linked list of C nodes as a queue by priority: linked_nodes.py JOB:PRIORITY..."""

import ctypes
import sys


class Node(ctypes.Structure):
    """A job and the address of the node that comes after it."""


NodePointer = ctypes.POINTER(Node)
Node._fields_ = [("job", ctypes.c_char * 8), ("priority", ctypes.c_int), ("next", NodePointer)]


def insert(head: "ctypes._Pointer[Node]", node: Node) -> "ctypes._Pointer[Node]":
    """Put the node behind all nodes of the same or a higher priority; return the new head."""
    if not head or head.contents.priority < node.priority:
        node.next = head
        return ctypes.pointer(node)
    before = head
    while before.contents.next and before.contents.next.contents.priority >= node.priority:
        before = before.contents.next
    node.next = before.contents.next
    before.contents.next = ctypes.pointer(node)
    return head


def reverse(head: "ctypes._Pointer[Node]") -> "ctypes._Pointer[Node]":
    """Turn all links around; return the new head."""
    done = NodePointer()
    while head:
        rest = head.contents.next
        following = ctypes.pointer(rest.contents) if rest else NodePointer()
        head.contents.next = done
        done, head = head, following
    return done


def show(head: "ctypes._Pointer[Node]") -> str:
    """Return the jobs in order."""
    parts: list[str] = []
    while head:
        parts.append(f"{head.contents.job.decode()}({head.contents.priority})")
        head = head.contents.next
    return " -> ".join(parts) or "empty"


arguments = [argument.split(":") for argument in sys.argv[1:]]
nodes = (Node * len(arguments))()
first = NodePointer()
for slot, (job, priority) in zip(nodes, arguments):
    slot.job, slot.priority = job.encode(), int(priority)
    first = insert(first, slot)
print(show(first))
print(show(reverse(first)))
