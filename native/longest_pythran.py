# Pythran compiles a module before it is imported: the comment that begins with `pythran export` gives the types.
import importlib.util
import subprocess
import sys
import time

KERNEL = """
# pythran export longest(int)
def longest(limit):
    most = 0
    for start in range(1, limit):
        n, steps = start, 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        most = max(most, steps)
    return most
"""

with open("kernel.py", "w") as file:
    file.write(KERNEL)
start = time.perf_counter()
command = [sys.executable, "-m", "pythran.run", "-O3", "kernel.py", "-o", "compiled.so"]
subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
building = time.perf_counter() - start

spec = importlib.util.spec_from_file_location("compiled", "compiled.so")
kernel = importlib.util.module_from_spec(spec)
spec.loader.exec_module(kernel)
seconds = []
for _ in range(15):
    start = time.perf_counter()
    most = kernel.longest(3000)
    seconds.append(time.perf_counter() - start)
result = {"most": most, "building": building, "best": min(seconds)}
print(f"Pythran: compiled in {building:.1f} s, then {min(seconds) * 1e3:.3f} ms a call; most steps: {most}")
