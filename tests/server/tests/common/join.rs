//! Requests at the same time.

/// All answers, in the order of the questions, which are asked at the same time.
pub(crate) async fn join_all<T>(
    futures: Vec<std::pin::Pin<Box<impl Future<Output = T>>>>,
) -> Vec<T> {
    let mut waiting: Vec<_> = futures.into_iter().map(|future| (future, None)).collect();
    std::future::poll_fn(|context| {
        let mut is_done = true;
        for (future, answer) in &mut waiting {
            if answer.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(ready) => *answer = Some(ready),
                    std::task::Poll::Pending => is_done = false,
                }
            }
        }
        if is_done {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    let answers = waiting
        .into_iter()
        .map(|(_, answer)| answer.expect("all are done"));
    answers.collect()
}
