! f2py: Fortran says what goes in and what comes out, and its arrays know their length.
subroutine quadratic(a, b, c, root, n)
    integer, intent(in) :: n
    double precision, intent(in) :: a(n), b(n), c(n)
    double precision, intent(inout) :: root(n)
    root = (-b + sqrt(b * b - 4 * a * c)) / (2 * a)
end subroutine
