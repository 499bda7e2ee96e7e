// A pocket calculator for whole columns of numbers: a small interpreter.
//
// A program is a string in which every letter is one instruction. x puts the element at hand on the
// stack, a digit puts itself there, and + - * take the two topmost numbers off and put the result
// back. So "x3*1+" means x * 3 + 1.

#include <stddef.h>

// The sum of the program's results over n elements. The program must be correct, and need at most
// 16 places of the stack.
long long run_program(const char *program, const long long *x, size_t n) {
    long long total = 0;
    for (size_t i = 0; i < n; i++) {
        long long stack[16];
        int top = -1;
        for (const char *letter = program; *letter; letter++) {
            // The same questions for every element, and the same replies.
            switch (*letter) {
                case 'x': stack[++top] = x[i]; break;
                case '+': top--; stack[top] += stack[top + 1]; break;
                case '-': top--; stack[top] -= stack[top + 1]; break;
                case '*': top--; stack[top] *= stack[top + 1]; break;
                default: stack[++top] = *letter - '0';
            }
        }
        total += stack[top];
    }
    return total;
}
