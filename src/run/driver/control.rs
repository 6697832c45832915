//! How whoever started a driver asks it to leave.

use tokio::sync::watch;

/// What a driver is wished to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wish {
    /// Go on
    #[default]
    GoOn,
    /// Start nothing new, wait for what is in flight, and leave
    Leave,
    /// Stop what is in flight by force, and leave
    LeaveAtOnce,
}

/// The driver's end: what it is wished to do.
#[derive(Clone, Debug)]
pub struct Control(watch::Receiver<Wish>);

/// The other end. It may be dropped: then the driver goes on to the end.
#[derive(Debug)]
pub struct Leaver(watch::Sender<Wish>);

impl Control {
    /// Both ends.
    pub fn new() -> (Control, Leaver) {
        let (sender, receiver) = watch::channel(Wish::GoOn);
        (Control(receiver), Leaver(sender))
    }

    /// Of a driver that nobody asks to leave.
    pub fn none() -> Control {
        Control::new().0
    }

    /// What is wished now.
    pub fn wish(&self) -> Wish {
        *self.0.borrow()
    }

    /// Waits until more is wished than `now`; for ever if nobody is left to wish it.
    pub async fn beyond(&mut self, now: Wish) -> Wish {
        let wished = self.0.wait_for(|wish| *wish > now).await.map(|wish| *wish);
        match wished {
            Ok(wish) => wish,
            Err(_) => std::future::pending().await,
        }
    }
}

impl Leaver {
    /// Asks the driver to leave; asking again asks for more.
    pub fn ask(&self) -> Wish {
        let more = if *self.0.borrow() == Wish::GoOn { Wish::Leave } else { Wish::LeaveAtOnce };
        self.0.send_replace(more);
        more
    }
}
