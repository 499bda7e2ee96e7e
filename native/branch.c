// What does a wrong guess cost? Two ways to keep the numbers that reach a threshold.
//
// Both return how many they kept. `kept` has room for all n numbers.

#include <stddef.h>
#include <stdint.h>

// Asks about each number, and writes it only if the answer is yes. No compiler may write what the
// program does not, so the question stays a jump, and the processor guesses where it leads.
size_t keep_branching(const int32_t *numbers, size_t n, int32_t threshold, int32_t *kept) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (numbers[i] >= threshold)
            kept[count++] = numbers[i];
    return count;
}

// Writes each number, and keeps it by moving on: a comparison is 0 or 1. There is nothing to guess.
size_t keep_branch_free(const int32_t *numbers, size_t n, int32_t threshold, int32_t *kept) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        kept[count] = numbers[i];
        count += numbers[i] >= threshold;
    }
    return count;
}
