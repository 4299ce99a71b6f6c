"""A queue that loses nothing: a message that fails too often goes to its dead-letter queue, and an alarm fires."""

from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from shared.kit.resources import RECEIVES
from stacks.parts.alarm import alarm
from stacks.stage import Stage


def visibility_for(function_timeout: int) -> int:
    """Seconds that a message stays hidden from others; AWS advises six times the function's timeout."""
    return 6 * function_timeout


class Queue(Construct):
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stage: Stage,
        name: str,
        visibility: int,
        tells: sns.ITopic,
        fifo: bool = False,
        receives: int = RECEIVES,
    ) -> None:
        super().__init__(scope, id)
        self.dead_letters = self._queue("DeadLetters", stage.named(f"{name}-dead-letters"), fifo)
        self.queue = self._queue(
            "Queue",
            stage.named(name),
            fifo,
            visibility_timeout=Duration.seconds(visibility),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=receives),
        )
        alarm(
            self,
            "DeadLettersAlarm",
            tells=tells,
            name=f"{stage.named(name)}-dead-letters",
            meaning=f"{name} gave up on a message, which is now in {name}-dead-letters.",
            runbook="dead-letters",
            metric=self.dead_letters.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(1), statistic="Maximum"
            ),
            above=0,
        )

    def _queue(
        self,
        id: str,
        name: str,
        fifo: bool,
        visibility_timeout: Duration | None = None,
        dead_letter_queue: sqs.DeadLetterQueue | None = None,
    ) -> sqs.Queue:
        return sqs.Queue(
            self,
            id,
            queue_name=f"{name}.fifo" if fifo else name,
            # None, because AWS does not accept False here.
            fifo=fifo or None,
            deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP if fifo else None,
            fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID if fifo else None,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            visibility_timeout=visibility_timeout,
            dead_letter_queue=dead_letter_queue,
        )
