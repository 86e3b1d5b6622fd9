use std::env;
use std::ptr;

/// A job and the address of the node that comes after it.
struct Node {
    job: String,
    priority: i32,
    next: *mut Node,
}

/// A list of nodes on the heap, which it owns.
struct List {
    head: *mut Node,
}

impl List {
    /// Puts a job behind all jobs of the same or a higher priority.
    fn insert(&mut self, job: &str, priority: i32) {
        let mut link: *mut *mut Node = &raw mut self.head;
        // SAFETY: a link is the head or the `next` of a node that is in the list.
        unsafe {
            while !(*link).is_null() && (**link).priority >= priority {
                link = &raw mut (**link).next;
            }
            *link = Box::into_raw(Box::new(Node {
                job: job.to_string(),
                priority,
                next: *link,
            }));
        }
    }

    /// Turns all links around.
    fn reverse(&mut self) {
        let mut done = ptr::null_mut();
        while !self.head.is_null() {
            // SAFETY: head is a node of the list, and nothing else borrows it.
            let next = unsafe { ptr::replace(&raw mut (*self.head).next, done) };
            done = self.head;
            self.head = next;
        }
        self.head = done;
    }

    fn show(&self) -> String {
        let mut parts = Vec::new();
        // SAFETY: every pointer in the list is null or a node that lives as long as the list.
        let mut rest = unsafe { self.head.as_ref() };
        while let Some(node) = rest {
            parts.push(format!("{}({})", node.job, node.priority));
            rest = unsafe { node.next.as_ref() };
        }
        if parts.is_empty() {
            "empty".to_string()
        } else {
            parts.join(" -> ")
        }
    }
}

impl Drop for List {
    fn drop(&mut self) {
        while !self.head.is_null() {
            // SAFETY: every node came from Box::into_raw and is freed once.
            let node = unsafe { Box::from_raw(self.head) };
            self.head = node.next;
        }
    }
}

fn main() {
    let mut list = List {
        head: ptr::null_mut(),
    };
    for argument in env::args().skip(1) {
        let (job, priority) = argument.split_once(':').expect("a priority is missing");
        list.insert(job, priority.parse().expect("a priority is a number"));
    }
    println!("{}", list.show());
    list.reverse();
    println!("{}", list.show());
}
