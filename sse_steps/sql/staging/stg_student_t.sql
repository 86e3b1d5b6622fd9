-- Quantiles of Student's t, from SciPy. The row at infinity is the normal distribution's.
with

source as (

    select * from raw_student_t

),

final as (

    select
        cast(degrees_of_freedom as double) as degrees_of_freedom,
        cast(t_975 as double) as t_975
    from source

)

select * from final
