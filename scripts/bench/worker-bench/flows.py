"""The flows of Benchmarks/WorkerBench, for Prefect's own worker."""
import time

from prefect import flow, get_run_logger, task


@flow(name="python-empty")
def empty():
    return 0


@task
def nothing(number):
    return number


@flow(name="python-thousand-tasks")
def thousand_tasks(count: int = 1000):
    start = time.perf_counter()
    numbers = nothing.map(range(count)).result()
    get_run_logger().info(f"inside {time.perf_counter() - start} s")
    return len(numbers)
