//! Small systems of linear equations, in f64 and always in the same order of operations: results
//! are the same to the last bit on any machine.

/// A square matrix, row by row.
pub(crate) type Matrix<const N: usize> = [[f64; N]; N];

/// The solution of `a x = b` for `M` right-hand sides, by Gaussian elimination without pivoting:
/// `a` has to be positive definite, as normal equations with a prior are.
pub(crate) fn eliminate<const N: usize, const M: usize>(
    mut a: Matrix<N>,
    mut b: [[f64; M]; N],
) -> [[f64; M]; N] {
    for k in 0..N {
        for i in k + 1..N {
            let factor = a[i][k] / a[k][k];
            (k..N).for_each(|j| a[i][j] -= factor * a[k][j]);
            (0..M).for_each(|c| b[i][c] -= factor * b[k][c]);
        }
    }
    for k in (0..N).rev() {
        let row = a[k];
        let known = |c: usize| -> f64 { (k + 1..N).map(|j| row[j] * b[j][c]).sum() };
        b[k] = std::array::from_fn(|c| (b[k][c] - known(c)) / row[k]);
    }
    b
}

/// The determinant of two rows.
pub(crate) fn determinant2(m: Matrix<2>) -> f64 {
    m[0][0] * m[1][1] - m[0][1] * m[1][0]
}

/// The determinant of three rows.
pub(crate) fn determinant3(m: Matrix<3>) -> f64 {
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
}

/// The solution of `a x = b` by Cramer's rule; the caller knows the determinant of `a`, which is
/// how it judged whether there is a solution, and the function that found it.
pub(crate) fn cramer<const N: usize>(
    a: Matrix<N>,
    b: [f64; N],
    whole: f64,
    determinant: fn(Matrix<N>) -> f64,
) -> [f64; N] {
    std::array::from_fn(|column| {
        let mut replaced = a;
        (0..N).for_each(|row| replaced[row][column] = b[row]);
        determinant(replaced) / whole
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_solve_the_same_equations() {
        let a = [[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 5.0]];
        let wanted = [0.3, -2.0, 7.0];
        let b: [f64; 3] = std::array::from_fn(|i| (0..3).map(|j| a[i][j] * wanted[j]).sum());
        let eliminated = eliminate(a, b.map(|v| [v, 2.0 * v]));
        let by_rule = cramer(a, b, determinant3(a), determinant3);
        for i in 0..3 {
            assert!((eliminated[i][0] - wanted[i]).abs() < 1e-12);
            assert!((eliminated[i][1] - 2.0 * wanted[i]).abs() < 1e-12);
            assert!((by_rule[i] - wanted[i]).abs() < 1e-12);
        }
    }

    #[test]
    fn two_equations_are_solved_by_the_same_rule() {
        let a = [[2.0, 1.0], [1.0, 3.0]];
        let found = cramer(a, [4.0, 7.0], determinant2(a), determinant2);
        assert_eq!(found, [1.0, 2.0]);
    }
}
